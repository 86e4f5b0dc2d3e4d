//! What outlives what.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::query_parameters::{ListContainersOptions, StopContainerOptions};
use keyrack_engine::contract::processes::until;
use keyrack_engine::{Engine, EngineError, Exit, NodeRun, NodeSpec};

use super::support::{Bench, get};

super::on_engines! {
    a_container_is_found_again_after_the_servers_end, what_belongs_to_no_node_is_removed,
    logs_have_no_gap_and_nothing_twice, volumes_outlive_their_container, a_change_of_variables_keeps_files_and_port,
    a_container_that_somebody_stops_has_ended, what_changed_back_is_the_one_before, a_taken_port_is_told,
}

const GRACE: Duration = Duration::from_secs(2);

/// Ids of all containers that the installation with this node has.
async fn containers(bench: &Bench) -> Vec<String> {
    let text = std::fs::read_to_string(bench.folder().join("containers/nodes.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&text).unwrap();
    let label = format!("io.keyrack.installation={}", kept["installation"].as_str().unwrap());
    let filters = std::collections::HashMap::from([("label".to_owned(), vec![label])]);
    let options = ListContainersOptions { all: true, filters: Some(filters), ..Default::default() };
    let listed = bench.client.list_containers(Some(options)).await.unwrap();
    listed.into_iter().filter_map(|one| one.id).collect()
}

async fn a_container_is_found_again_after_the_servers_end(bench: Bench) {
    let spec = bench.web();
    let _started = bench.engine.start(&spec).await.unwrap();
    bench.engine.until_answers(&spec).await;
    let before = containers(&bench).await;
    let again = bench.again();
    again.reconcile(&BTreeMap::from([(spec.id, true)])).await;
    assert!(again.can_listen(&spec).await, "its port is its own");
    let started = again.start(&spec).await.unwrap();
    assert_eq!(containers(&bench).await, before, "nothing was made anew");
    assert_eq!(again.status(spec.id).await, NodeRun::Running);
    again.stop(spec.id, GRACE).await.unwrap();
    assert!(started.exited.await.is_ok());
    assert_eq!(again.status(spec.id).await, NodeRun::Stopped);
    again.remove(spec.id).await.unwrap();
    assert_eq!(containers(&bench).await, [""; 0]);
}

async fn what_belongs_to_no_node_is_removed(bench: Bench) {
    let (kept, orphan, unwanted) = (bench.web(), bench.web(), bench.web());
    for spec in [&kept, &orphan, &unwanted] {
        bench.engine.start(spec).await.unwrap();
    }
    // Somebody else's, which looks alike but has another label.
    let other = bench.web();
    let neighbour = if bench.url.contains("podman") { Bench::podman() } else { Bench::docker() }.unwrap();
    neighbour.engine.start(&other).await.unwrap();
    let again = bench.again();
    again.reconcile(&BTreeMap::from([(kept.id, true), (unwanted.id, false)])).await;
    let left = containers(&bench).await;
    assert_eq!(left.len(), 2, "{left:?}");
    let runs = async |spec: &NodeSpec| get(spec.address, "/").await.is_some();
    assert!(runs(&kept).await && !runs(&orphan).await && !runs(&unwanted).await);
    assert_eq!(containers(&neighbour).await.len(), 1);
    for spec in [&kept, &unwanted] {
        again.remove(spec.id).await.unwrap();
    }
    neighbour.remove(&[&other]).await;
}

async fn logs_have_no_gap_and_nothing_twice(bench: Bench) {
    let spec = bench
        .running("i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo out $i; echo err $i >&2; sleep 0.05; done; sleep 100");
    let _started = bench.engine.start(&spec).await.unwrap();
    until("it writes", || async { bench.log(spec.id).await.contains("out 5\n") }).await;
    // A server that is killed leaves its mark where it was. What it wrote after the mark is cut off and read again.
    let copy = tempfile::tempdir().unwrap();
    let (from, to) = (bench.folder().to_owned(), copy.path().to_owned());
    for folder in ["containers", &format!("logs/{}", spec.id)] {
        std::fs::create_dir_all(to.join(folder)).unwrap();
        for file in std::fs::read_dir(from.join(folder)).unwrap().flatten() {
            std::fs::copy(file.path(), to.join(folder).join(file.file_name())).unwrap();
        }
    }
    let next = keyrack_engine::docker::ContainerEngine::open(&to, vec![bench.url.parse().unwrap()], Default::default())
        .unwrap();
    let _again = next.start(&spec).await.unwrap();
    let read = async || next.read_log(spec.id, "output.log", None, 1 << 20).await.unwrap().text;
    until("all is there", || async { read().await.contains("err 60") }).await;
    for log in [read().await, bench.log(spec.id).await] {
        let of =
            |stream: &str| log.lines().filter(|line| line.starts_with(stream)).map(str::to_owned).collect::<Vec<_>>();
        for stream in ["out", "err"] {
            assert_eq!(of(stream), (1..=60).map(|i| format!("{stream} {i}")).collect::<Vec<_>>());
        }
    }
    bench.remove(&[&spec]).await;
}

async fn volumes_outlive_their_container(bench: Bench) {
    let spec = bench.web();
    bench.engine.start(&spec).await.unwrap();
    let write = |text: &str| keyrack_engine::Execution {
        command: text.into(),
        say_yes: false,
        time_limit: Duration::from_secs(20),
        output_limit: 1000,
    };
    assert_eq!(bench.engine.execute(&spec, &write("echo kept > /data/x")).await.unwrap().exit, Exit::Code(0));
    bench.engine.stop(spec.id, GRACE).await.unwrap();
    let changed = NodeSpec { variables: BTreeMap::from([("A".into(), "1".into())]), ..spec.clone() };
    bench.engine.start(&changed).await.unwrap();
    assert_eq!(bench.engine.execute(&changed, &write("cat /data/x; echo $A")).await.unwrap().out, "kept\n1\n");
    bench.engine.stop(spec.id, GRACE).await.unwrap();
    bench.engine.empty_volumes(&changed).await.unwrap();
    bench.engine.start(&changed).await.unwrap();
    assert_eq!(bench.engine.execute(&changed, &write("ls /data")).await.unwrap().out, "");
    let mounts = bench.client.inspect_container(&containers(&bench).await[0], None).await.unwrap().mounts.unwrap();
    assert!(
        mounts.iter().all(|mount| mount.name.as_deref().is_some_and(|name| name.starts_with("keyrack-"))),
        "{mounts:?}"
    );
    bench.remove(&[&spec]).await;
    let volumes = bench.client.list_volumes(None::<bollard::query_parameters::ListVolumesOptions>).await.unwrap();
    let own = format!("-{}-", spec.id);
    let left: Vec<_> = volumes
        .volumes
        .unwrap_or_default()
        .into_iter()
        .filter(|one| mounts.iter().any(|mount| mount.name.as_deref() == Some(&one.name)) && one.name.contains(&own))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

async fn a_change_of_variables_keeps_files_and_port(bench: Bench) {
    let spec = bench.web();
    bench.engine.start(&spec).await.unwrap();
    bench.engine.until_answers(&spec).await;
    let work = keyrack_engine::FileWork::Write {
        path: keyrack_engine::NodePath::parse("www/index.html").unwrap(),
        body: "deployed".into(),
        append: false,
    };
    bench.engine.work_on_files(&spec, work).await.unwrap();
    bench.engine.stop(spec.id, GRACE).await.unwrap();
    let changed = NodeSpec { variables: BTreeMap::from([("A".into(), "1".into())]), ..spec.clone() };
    bench.engine.start(&changed).await.unwrap();
    bench.engine.until_answers(&changed).await;
    assert!(get(spec.address, "/").await.is_some_and(|page| page.contains("deployed")));
    bench.remove(&[&spec]).await;
}

async fn a_container_that_somebody_stops_has_ended(bench: Bench) {
    let spec = bench.running("sleep 1000");
    let started = bench.engine.start(&spec).await.unwrap();
    let options = StopContainerOptions { t: Some(0), signal: None };
    bench.client.stop_container(&containers(&bench).await[0], Some(options)).await.unwrap();
    let exit = tokio::time::timeout(Duration::from_secs(20), started.exited).await.unwrap().unwrap();
    assert!(matches!(exit, Exit::Signal(_)), "{exit:?}");
    assert_eq!(bench.engine.status(spec.id).await, NodeRun::Stopped);
    bench.remove(&[&spec]).await;
}

async fn what_changed_back_is_the_one_before(bench: Bench) {
    let spec = bench.running("sleep 1000");
    bench.engine.start(&spec).await.unwrap();
    let first = containers(&bench).await;
    bench.engine.stop(spec.id, GRACE).await.unwrap();
    // What does not stay up is not what remains.
    let bad = NodeSpec { command: Some("exit 1".into()), ..spec.clone() };
    assert_eq!(bench.engine.start(&bad).await.unwrap().exited.await, Ok(Exit::Code(1)));
    assert_eq!(containers(&bench).await.len(), 2);
    bench.engine.start(&spec).await.unwrap();
    assert_eq!(containers(&bench).await, first);
    bench.remove(&[&spec]).await;
}

async fn a_taken_port_is_told(bench: Bench) {
    let spec = bench.web();
    let _taken = std::net::TcpListener::bind((spec.address.host(), spec.address.port())).unwrap();
    assert!(!bench.engine.can_listen(&spec).await);
    let refused = bench.engine.start(&spec).await.unwrap_err();
    let port = spec.address.port().to_string();
    assert!(matches!(&refused, EngineError::Failed(text) if text.contains(&port)), "{refused:?}");
    bench.remove(&[&spec]).await;
}
