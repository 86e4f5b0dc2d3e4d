//! Nodes that end by themselves.

use keyrack_domain::Error;
use keyrack_domain::environments::{NodeChoice, RestartOrder};
use keyrack_domain::types::environments::{EnvAction, EnvStatus};
use rustix::process::{Pid, Signal, kill_process};

use super::{House, fetch, running, web};
use crate::processes::{marker, processes_with, until, until_none_with};
use crate::test_domain::{TestDomain, client, on_both};

on_both! {
async fn a_node_that_dies_is_started_again_and_the_environment_runs_on(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    house.create(running("a", &format!("exec sleep {mark}"))).await;
    for _ in 0..2 {
        let [pid] = processes_with(&mark)[..] else { panic!("one process") };
        kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
        until("another process runs", || async { processes_with(&mark).iter().any(|now| *now != pid) }).await;
        assert_eq!(house.status("a").await, EnvStatus::Running);
    }
    house.stop("a").await;
    assert_eq!(processes_with(&mark), [0; 0]);
}

async fn a_node_that_keeps_dying_breaks_the_environment_with_its_last_lines(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    let mut spec = running("a", "echo 'cannot open the door'; exit 3");
    spec.nodes.push(running("", &format!("sleep {mark}")).nodes[0].clone());
    spec.nodes[1].group = "sqldb".into();
    let creating = house.keyrack.environments.create(&house.owner, &client(), spec).await.unwrap();
    let error = creating.finished().await.unwrap_err();
    assert!(matches!(&error, Error::Engine(text) if text.contains("exit code 3") && text.contains("cannot open the door")), "{error}");
    let broken = house.get("a").await;
    assert_eq!(broken.status, EnvStatus::Broken);
    let failure = broken.failure.clone().unwrap();
    assert_eq!(failure.node, broken.nodes().next().unwrap().id);
    assert_eq!(failure.last_lines, ["cannot open the door"; 5]);
    assert!(broken.view().last_lines.iter().any(|line| line.contains("exit code 3")));
    assert_eq!(processes_with(&mark), [0; 0], "the others went down with it");
    let overview = house.keyrack.environments.overview(&house.owner).await.unwrap();
    assert!(overview.tasks[0].error.as_ref().unwrap().contains("cannot open the door"));
    let audit = house.bed.audit().await;
    let last = audit.last().unwrap();
    assert_eq!((last.0.as_str(), last.1.as_str()), ("server", "environment.break"));
    // It can be tried again, stopped, deleted.
    assert!(house.keyrack.environments.start(&house.owner, &client(), "a").await.unwrap().finished().await.is_err());
    house.stop("a").await;
    let stopped = house.get("a").await;
    assert_eq!((stopped.status, stopped.failure), (EnvStatus::Stopped, None));
}

async fn a_running_environment_breaks_when_a_node_begins_to_die(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    // It starts well once; after that a file makes it fail.
    house.create(running("a", &format!("if [ -e bad ]; then echo bad; exit 9; fi; touch bad; sleep {mark}"))).await;
    for pid in processes_with(&mark) {
        let _ = kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL);
    }
    house.until_status("a", EnvStatus::Broken).await;
    let failure = house.get("a").await.failure.unwrap();
    assert_eq!((failure.reason.as_str(), failure.last_lines.len()), ("it ended with exit code 9", 4));
    until_none_with(&mark).await;
    house.keyrack.environments.delete(&house.owner, &client(), "a").await.unwrap();
}

async fn a_broken_environment_is_restarted_as_a_whole(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    // The first node fails until a file is there, the second one runs.
    let mut spec = running("a", &format!("[ -e good ] || exit 3; exec sleep {mark}"));
    spec.nodes.push(running("", &format!("exec sleep {mark}")).nodes[0].clone());
    spec.nodes[1].group = "sqldb".into();
    let creating = house.keyrack.environments.create(&house.owner, &client(), spec).await.unwrap();
    creating.finished().await.unwrap_err();
    assert_eq!(house.status("a").await, EnvStatus::Broken);
    let first = house.get("a").await.nodes().next().unwrap().id;
    std::fs::write(house.bed.folder().join(format!("nodes/{first}/good")), "").unwrap();
    // One node is named, but the environment runs only when all of it does.
    let (choice, order) = (NodeChoice::Ids(vec![first.0]), RestartOrder::default());
    let environments = &house.keyrack.environments;
    environments.restart_nodes(&house.owner, &client(), "a", choice, order).await.unwrap().finished().await.unwrap();
    let after = house.get("a").await;
    assert_eq!((after.status, after.failure), (EnvStatus::Running, None));
    assert_eq!(processes_with(&mark).len(), 2);
    let audit = house.bed.audit().await;
    assert!(audit.iter().any(|entry| entry.1 == "environment.restart"), "{audit:?}");
    assert_eq!(house.tasks().await[0], ("Restarting a".into(), "Done".into()));
    // It is to run from now on, also when the server starts anew.
    let house = house.restarted().await;
    house.until_status("a", EnvStatus::Running).await;
    house.stop("a").await;
}

async fn what_a_status_does_not_allow_is_refused(bed: TestDomain) {
    let house = House::on(bed).await;
    house.create(web("a")).await;
    house.stop("a").await;
    let (environments, owner) = (&house.keyrack.environments, &house.owner);
    for status in (0..20).filter_map(EnvStatus::by_code).filter(|status| *status != EnvStatus::Unknown) {
        house.bed.execute(&format!("UPDATE environments SET status = {}", status.code())).await.unwrap();
        for action in [EnvAction::Start, EnvAction::Stop, EnvAction::Sleep, EnvAction::Restart] {
            if action.from().contains(&status) {
                continue;
            }
            let refused = match action {
                EnvAction::Start => environments.start(owner, &client(), "a").await,
                EnvAction::Stop => environments.stop(owner, &client(), "a").await,
                EnvAction::Sleep => environments.sleep(owner, &client(), "a").await,
                EnvAction::Restart => environments.restart(owner, &client(), "a").await,
            };
            let is_expected = matches!(&refused, Err(Error::WrongState { current, needed, .. })
                if *current == status && *needed == action.from());
            assert!(is_expected, "{action:?} while {status:?}: {refused:?}");
        }
    }
}

async fn an_environment_whose_node_dies_now_and_then_can_be_stopped_at_any_time(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    house.create(running("a", &format!("exec sleep {mark}"))).await;
    for pid in processes_with(&mark) {
        kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    }
    // Whether it is pausing, starting or up again by now.
    house.stop("a").await;
    assert_eq!(processes_with(&mark), [0; 0]);
    assert_eq!(house.status("a").await, EnvStatus::Stopped);
}

async fn a_program_that_is_not_there_breaks_it_with_the_reason(bed: TestDomain) {
    let house = House::on(bed).await;
    std::fs::write(house.bed.folder().join("recipes/gone.toml"), "name = 'test/gone'\ncommand = '/no/such/program'").unwrap();
    let mut spec = web("a");
    spec.nodes[0].image = keyrack_domain::engine::ImageRef::parse("test/gone").unwrap();
    let error = house.keyrack.environments.create(&house.owner, &client(), spec).await.unwrap().finished().await.unwrap_err();
    assert!(error.to_string().contains("/no/such/program"), "{error}");
    assert_eq!(house.status("a").await, EnvStatus::Broken);
    assert_eq!(fetch("http://127.0.0.1:1").await, None);
}
}
