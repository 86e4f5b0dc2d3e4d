//! The server stops, is killed, and starts again.

use keyrack_domain::Error;
use keyrack_domain::types::environments::EnvStatus;

use super::{House, fetch, running, web};
use crate::processes::{marker, processes_with, until, until_none_with};
use crate::test_domain::{TestDomain, client, on_both};

on_both! {
async fn what_was_wanted_is_so_again(bed: TestDomain) {
    let house = House::on(bed).await;
    let address = house.create(web("runs")).await.address().unwrap();
    house.create(web("stopped")).await;
    house.create(web("sleeps")).await;
    house.stop("stopped").await;
    house.keyrack.environments.sleep(&house.owner, &client(), "sleeps").await.unwrap().finished().await.unwrap();
    house.keyrack.environments.stop_all().await;
    assert_eq!(fetch(&address).await, None);
    let refused = house.keyrack.environments.start(&house.owner, &client(), "stopped").await;
    assert!(matches!(refused, Err(Error::Unavailable)), "a closing server begins nothing");
    let house = house.restarted().await;
    house.until_status("runs", EnvStatus::Running).await;
    assert!(fetch(&address).await.is_some(), "at the same address");
    assert_eq!(house.status("stopped").await, EnvStatus::Stopped);
    assert_eq!(house.status("sleeps").await, EnvStatus::Sleeping);
    assert_eq!(house.tasks().await[0], ("Starting runs".into(), "Done".into()));
}

async fn changes_that_were_cut_off_are_settled(bed: TestDomain) {
    let house = House::on(bed).await;
    for name in ["launching", "stopping", "falling-asleep", "broken", "deleting"] {
        house.create(web(name)).await;
        house.stop(name).await;
    }
    // As a killed server leaves them.
    house
        .bed
        .execute(
            "UPDATE environments SET status = 3, wanted = 'running' WHERE name = 'launching'; \
             UPDATE environments SET status = 13, wanted = 'stopped' WHERE name = 'stopping'; \
             UPDATE environments SET status = 14, wanted = 'sleeping' WHERE name = 'falling-asleep'; \
             UPDATE environments SET status = 11, wanted = 'running', failure = '{}' WHERE name = 'broken'; \
             UPDATE environments SET wanted = 'deleted' WHERE name = 'deleting'; \
             UPDATE actions SET state = 'running', finished_at = NULL WHERE environment = 'stopping'",
        )
        .await
        .unwrap();
    let house = house.restarted().await;
    house.until_status("launching", EnvStatus::Running).await;
    house.until_status("broken", EnvStatus::Running).await;
    assert_eq!(house.status("stopping").await, EnvStatus::Stopped);
    assert_eq!(house.status("falling-asleep").await, EnvStatus::Sleeping);
    until("the deletion is finished", || async {
        let left = sqlx::query("SELECT id FROM environments WHERE name = 'deleting'");
        left.fetch_all(house.bed.store().await.read()).await.unwrap().is_empty()
    })
    .await;
    let tasks = house.tasks().await;
    assert!(tasks.contains(&("Stopping stopping".into(), "Failed".into())), "{tasks:?}");
    assert!(tasks.iter().all(|(_, state)| state != "Running"), "{tasks:?}");
}

async fn a_clone_that_was_cut_off_is_finished(bed: TestDomain) {
    let house = House::on(bed).await;
    let source = house.create(running("a", "echo here > file; sleep 1000")).await;
    house.stop("a").await;
    house.keyrack.environments.clone_environment(&house.owner, &client(), "a", "b").await.unwrap().finished().await.unwrap();
    let (from, to) = (source.nodes().next().unwrap().id, house.get("b").await.nodes().next().unwrap().id);
    std::fs::remove_dir_all(house.bed.folder().join(format!("nodes/{to}"))).unwrap();
    let facts = format!(r#"{{"copy_of": {from}, "listens": true}}"#);
    house
        .bed
        .execute(&format!("UPDATE nodes SET spec = '{facts}' WHERE id = {to}; UPDATE environments SET status = 7 WHERE name = 'b'"))
        .await
        .unwrap();
    let house = house.restarted().await;
    house.until_status("b", EnvStatus::Stopped).await;
    assert!(house.bed.folder().join(format!("nodes/{to}/file")).exists());
}

async fn a_server_that_closes_in_mid_launch_takes_it_up_again(bed: TestDomain) {
    let house = House::on(bed).await;
    let mark = marker();
    let creating = house.keyrack.environments.create(&house.owner, &client(), running("a", &format!("sleep {mark}"))).await.unwrap();
    until("its process runs", || async { !processes_with(&mark).is_empty() }).await;
    house.keyrack.environments.stop_all().await;
    assert!(matches!(creating.finished().await, Err(Error::Unavailable)));
    until_none_with(&mark).await;
    let house = house.restarted().await;
    house.until_status("a", EnvStatus::Running).await;
    assert!(!processes_with(&mark).is_empty());
}
}
