//! Start, stop, sleep, restart, delete.

use std::time::Duration;

use keyrack_domain::Error;
use keyrack_domain::environments::{NodeChoice, RestartOrder};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::environments::EnvStatus;

use super::{House, fetch, is_wrong_state, running, web};
use crate::processes::{marker, processes_with, until};
use crate::test_domain::{TestDomain, client, on_both};

on_both! {
async fn an_environment_runs_answers_and_really_stops(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    let mut spec = web("my-project");
    spec.nodes[0].variables.insert("GREETING".into(), mark.clone());
    let environment = house.create(spec).await;
    assert_eq!(environment.status, EnvStatus::Running);
    let address = environment.address().unwrap();
    let page = fetch(&address).await.expect("it answers");
    assert!(page.contains(&format!("GREETING={mark}")) && page.contains("KEYRACK_ENVIRONMENT=my-project"), "{page}");
    house.stop("my-project").await;
    assert_eq!(house.status("my-project").await, EnvStatus::Stopped);
    assert_eq!(fetch(&address).await, None);
    house.start("MY-PROJECT").await;
    assert!(fetch(&address).await.is_some(), "it has its address again");
    let tasks = house.tasks().await;
    let titles: Vec<_> = tasks.iter().map(|(title, state)| format!("{title}: {state}")).collect();
    assert_eq!(titles, ["Starting my-project: Done", "Stopping my-project: Done", "Creating my-project: Done"]);
    let audit = house.bed.audit().await;
    let entries: Vec<_> = audit.iter().filter(|entry| entry.2 == "environment:my-project").map(|entry| entry.1.as_str()).collect();
    assert_eq!(entries, ["environment.create", "environment.stop", "environment.start"]);
    house.keyrack.environments.stop_all().await;
    assert_eq!(fetch(&address).await, None, "nothing runs without the server");
}

async fn a_change_begins_only_in_the_states_that_it_needs(bed: TestDomain) {
    let house = House::on(bed).await;
    let (keyrack, owner, client) = (&house.keyrack, &house.owner, client());
    house.create(web("a")).await;
    let refused = keyrack.environments.start(owner, &client, "a").await.unwrap_err();
    assert!(is_wrong_state(&refused, EnvStatus::Running), "{refused}");
    assert!(refused.to_string().contains("ENV_STATUS_TYPE_RUNNING") && refused.to_string().contains("ENV_STATUS_TYPE_DOWN"));
    house.stop("a").await;
    for refused in [
        keyrack.environments.stop(owner, &client, "a").await.unwrap_err(),
        keyrack.environments.sleep(owner, &client, "a").await.unwrap_err(),
        keyrack.environments.restart(owner, &client, "a").await.unwrap_err(),
    ] {
        assert!(is_wrong_state(&refused, EnvStatus::Stopped), "{refused}");
    }
    let missing = keyrack.environments.stop(owner, &client, "b").await.unwrap_err();
    assert!(matches!(missing, Error::NoEnvironment(name) if name == "b"));
}

async fn of_two_stops_at_once_one_wins_and_none_hangs(bed: TestDomain) {
    let house = House::on(bed).await;
    house.create(running("a", "trap '' TERM; while true; do sleep 1; done")).await;
    let stops = (0..8).map(|_| async {
        house.keyrack.environments.stop(&house.owner, &client(), "a").await
    });
    let (mut won, mut lost) = (Vec::new(), Vec::new());
    for stop in futures::future::join_all(stops).await {
        match stop {
            Ok(operation) => won.push(operation),
            Err(error) => lost.push(error),
        }
    }
    assert_eq!((won.len(), lost.len()), (1, 7));
    assert!(lost.iter().all(|error| is_wrong_state(error, EnvStatus::Stopping)), "{lost:?}");
    assert_eq!(house.status("a").await, EnvStatus::Stopping, "the change can be seen");
    won.pop().unwrap().finished().await.unwrap();
    assert_eq!(house.status("a").await, EnvStatus::Stopped);
}

async fn nothing_else_can_be_done_while_it_is_launching(bed: TestDomain) {
    let house = House::on(bed).await;
    let (keyrack, owner, client) = (&house.keyrack, &house.owner, client());
    let creating = keyrack.environments.create(owner, &client, running("a", "sleep 1000")).await.unwrap();
    assert_eq!(creating.environment.status, EnvStatus::Creating);
    let refused = keyrack.environments.stop(owner, &client, "a").await.unwrap_err();
    assert!(is_wrong_state(&refused, EnvStatus::Creating), "{refused}");
    creating.finished().await.unwrap();
    house.stop("a").await;
    let starting = keyrack.environments.start(owner, &client, "a").await.unwrap();
    assert_eq!(house.status("a").await, EnvStatus::Launching);
    for refused in [
        keyrack.environments.start(owner, &client, "a").await.unwrap_err(),
        keyrack.environments.stop(owner, &client, "a").await.unwrap_err(),
        keyrack.environments.sleep(owner, &client, "a").await.unwrap_err(),
    ] {
        assert!(is_wrong_state(&refused, EnvStatus::Launching), "{refused}");
    }
    starting.finished().await.unwrap();
    assert_eq!(house.status("a").await, EnvStatus::Running);
}

async fn a_change_goes_on_when_nobody_waits_for_it(bed: TestDomain) {
    let house = House::on(bed).await;
    house.create(web("a")).await;
    drop(house.keyrack.environments.stop(&house.owner, &client(), "a").await.unwrap());
    house.until_status("a", EnvStatus::Stopped).await;
}

async fn it_sleeps_and_wakes(bed: TestDomain) {
    let house = House::on(bed).await;
    let address = house.create(web("a")).await.address().unwrap();
    house.keyrack.environments.sleep(&house.owner, &client(), "a").await.unwrap().finished().await.unwrap();
    assert_eq!(house.status("a").await, EnvStatus::Sleeping);
    assert_eq!(fetch(&address).await, None);
    let refused = house.keyrack.environments.stop(&house.owner, &client(), "a").await.unwrap_err();
    assert!(is_wrong_state(&refused, EnvStatus::Sleeping), "{refused}");
    house.start("a").await;
    assert!(fetch(&address).await.is_some());
}

async fn a_restart_gives_new_processes_to_the_chosen_nodes(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    let mut spec = running("a", &format!("exec sleep {mark}"));
    spec.nodes[0].count = 2;
    spec.nodes.push(running("", &format!("exec sleep {mark}")).nodes[0].clone());
    spec.nodes[1].group = "bl".into();
    let environment = house.create(spec).await;
    assert_eq!(environment.nodes().map(|node| (node.group.as_str(), node.master)).collect::<Vec<_>>(), [("cp", true), ("cp", false), ("bl", true)]);
    let before = processes_with(&mark);
    assert_eq!(before.len(), 3);
    let cases = [
        (NodeChoice::Ids(vec![environment.nodes().next().unwrap().id.0]), RestartOrder::default(), 1),
        (NodeChoice::Group("CP".into()), RestartOrder { sequential: true, delay: Duration::from_millis(50) }, 2),
        (NodeChoice::All, RestartOrder::default(), 3),
    ];
    let mut seen = before;
    for (choice, order, count) in cases {
        let restarting = house.keyrack.environments.restart_nodes(&house.owner, &client(), "a", choice, order).await.unwrap();
        assert_eq!(house.status("a").await, EnvStatus::Launching);
        restarting.finished().await.unwrap();
        assert_eq!(house.status("a").await, EnvStatus::Running);
        let now = processes_with(&mark);
        assert_eq!(now.len(), 3);
        assert_eq!(now.iter().filter(|pid| !seen.contains(pid)).count(), count);
        seen = now;
    }
    for choice in [NodeChoice::Ids(vec![999]), NodeChoice::Group("sqldb".into())] {
        let refused = house.keyrack.environments.restart_nodes(&house.owner, &client(), "a", choice, RestartOrder::default()).await;
        assert!(matches!(refused, Err(Error::NotFound(_))));
    }
}

async fn a_deleted_environment_is_gone_with_processes_files_and_port(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    let environment = house.create(running("a", &format!("trap '' TERM; sleep {mark}; sleep {mark}"))).await;
    let node = environment.nodes().next().unwrap().clone();
    let folder = house.bed.folder().join(format!("nodes/{}", node.id));
    assert!(folder.exists());
    house.keyrack.environments.delete(&house.owner, &client(), "a").await.unwrap();
    assert!(matches!(house.keyrack.environments.get(&house.owner, "a").await, Err(Error::NoEnvironment(_))));
    assert_eq!(processes_with(&mark), [0; 0]);
    assert!(!folder.exists() && !house.bed.folder().join(format!("logs/{}", node.id)).exists());
    let next = house.create(web("a")).await;
    assert_eq!(next.nodes().next().unwrap().address, node.address, "name and port are free again");
    assert_eq!(house.tasks().await[1], ("Deleting a".into(), "Done".into()));
}

async fn it_can_be_deleted_while_it_is_launching_and_only_once(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    let creating = house.keyrack.environments.create(&house.owner, &client(), running("a", &format!("sleep {mark}"))).await.unwrap();
    let deletions = (0..3).map(|_| async { house.keyrack.environments.delete(&house.owner, &client(), "a").await });
    let deleted = futures::future::join_all(deletions).await;
    assert_eq!(deleted.iter().filter(|deleted| deleted.is_ok()).count(), 1);
    assert!(deleted.iter().all(|deleted| matches!(deleted, Ok(()) | Err(Error::NoEnvironment(_)))), "{deleted:?}");
    assert!(matches!(creating.finished().await, Err(Error::NoEnvironment(_))));
    assert_eq!(processes_with(&mark), [0; 0]);
    assert_eq!(house.tasks().await, [("Deleting a".into(), "Done".into()), ("Creating a".into(), "Failed".into())]);
}

async fn strangers_find_nothing_and_viewers_change_nothing(bed: TestDomain) {
    let house = House::on(bed).await;
    let environment = house.create(web("a")).await;
    let (stranger, viewer) = (house.bed.stranger().await, house.bed.member("viewer@example.org", Role::Viewer).await);
    let (keyrack, client) = (&house.keyrack, client());
    for name in ["a", &environment.appid, "a.localhost"] {
        assert!(matches!(keyrack.environments.get(&stranger, name).await, Err(Error::NoEnvironment(_))));
        assert_eq!(keyrack.environments.get(&viewer, name).await.unwrap().id, environment.id);
    }
    assert!(keyrack.environments.list(&stranger).await.unwrap().is_empty());
    assert!(keyrack.environments.overview(&stranger).await.unwrap().tasks.is_empty());
    for (caller, expected) in [(&stranger, "there is no environment"), (&viewer, "your role here is viewer")] {
        for refused in [
            keyrack.environments.start(caller, &client, "a").await.map(drop).unwrap_err(),
            keyrack.environments.stop(caller, &client, "a").await.map(drop).unwrap_err(),
            keyrack.environments.sleep(caller, &client, "a").await.map(drop).unwrap_err(),
            keyrack.environments.restart(caller, &client, "a").await.map(drop).unwrap_err(),
            keyrack.environments.clone_environment(caller, &client, "a", "b").await.map(drop).unwrap_err(),
            keyrack.environments.set_display_name(caller, &client, "a", "x").await.unwrap_err(),
            keyrack.environments.delete(caller, &client, "a").await.unwrap_err(),
        ] {
            assert!(refused.to_string().contains(expected), "{refused}");
        }
    }
    let node = environment.nodes().next().unwrap().id.0;
    assert!(keyrack.environments.node_logs(&stranger, "a", node).await.is_err());
    assert!(!keyrack.environments.overview(&viewer).await.unwrap().may_operate);
    assert_eq!(house.status("a").await, EnvStatus::Running);
}

async fn its_log_and_its_use_can_be_looked_at(bed: TestDomain) {
    let house = House::on(bed).await;
    let environment = house.create(running("a", "echo one; echo two; sleep 1000")).await;
    let node = environment.nodes().next().unwrap().id.0;
    let (keyrack, owner) = (&house.keyrack, &house.owner);
    until("it has written", || async { keyrack.environments.node_logs(owner, "a", node).await.unwrap().iter().any(|log| log.size == 8) }).await;
    let part = keyrack.environments.read_node_log(owner, &client(), "a", node, "output.log", Some(4), 3).await.unwrap();
    assert_eq!((part.text.as_str(), part.from, part.next, part.size), ("two", 4, 7, 8));
    assert!(matches!(keyrack.environments.read_node_log(owner, &client(), "a", node, "/etc/passwd", None, 9).await, Err(Error::NotFound(_))));
    assert!(matches!(keyrack.environments.read_node_log(owner, &client(), "a", 999, "output.log", None, 9).await, Err(Error::NotFound(_))));
    let stat = keyrack.environments.sum_stat(owner, "a", Duration::from_secs(60)).await.unwrap();
    assert!(stat.memory > 0 && stat.cloudlets >= 1.0 && stat.samples == 1, "{stat:?}");
}
}
