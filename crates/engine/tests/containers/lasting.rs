//! What outlives what.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::query_parameters::StopContainerOptions;
use keyrack_engine::contract::processes::until;
use keyrack_engine::{Engine, EngineError, Execution, Exit, NodeRun, NodeSpec};

use super::support::{Bench, get};

super::on_engines! {
    a_container_is_found_again_after_the_servers_end, what_belongs_to_no_node_is_removed,
    logs_have_no_gap_and_nothing_twice, volumes_outlive_their_container, a_change_of_variables_keeps_files_and_port,
    a_container_that_somebody_stops_has_ended, what_changed_back_is_the_one_before, a_taken_port_is_told,
    volumes_are_listed_with_their_size, a_port_without_anybody_does_not_answer,
    a_port_that_leads_nowhere_is_mended_when_the_server_comes_back,
}

const GRACE: Duration = Duration::from_secs(2);

async fn a_container_is_found_again_after_the_servers_end(bench: Bench) {
    let spec = bench.web();
    let _started = bench.engine.start(&spec).await.unwrap();
    bench.engine.until_answers(&spec).await;
    let before = bench.containers().await;
    let again = bench.again();
    again.reconcile(&BTreeMap::from([(spec.id, true)])).await;
    assert!(again.can_listen(&spec).await, "its port is its own");
    let started = again.start(&spec).await.unwrap();
    assert_eq!(bench.containers().await, before, "nothing was made anew");
    assert_eq!(again.status(spec.id).await, NodeRun::Running);
    again.stop(spec.id, GRACE).await.unwrap();
    assert!(started.exited.await.is_ok());
    assert_eq!(again.status(spec.id).await, NodeRun::Stopped);
    again.remove(spec.id).await.unwrap();
    assert_eq!(bench.containers().await, [""; 0]);
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
    let left = bench.containers().await;
    assert_eq!(left.len(), 2, "{left:?}");
    let runs = async |spec: &NodeSpec| get(spec.address, "/").await.is_some();
    assert!(runs(&kept).await && !runs(&orphan).await && !runs(&unwanted).await);
    assert_eq!(neighbour.containers().await.len(), 1);
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
    let whole = |log: String| log.contains("out 60\n") && log.contains("err 60\n");
    until("all is there", || async { whole(read().await) && whole(bench.log(spec.id).await) }).await;
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
    let mounts = bench.client.inspect_container(&bench.containers().await[0], None).await.unwrap().mounts.unwrap();
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
    bench.client.stop_container(&bench.containers().await[0], Some(options)).await.unwrap();
    let exit = tokio::time::timeout(Duration::from_secs(20), started.exited).await.unwrap().unwrap();
    assert!(matches!(exit, Exit::Signal(_)), "{exit:?}");
    assert_eq!(bench.engine.status(spec.id).await, NodeRun::Stopped);
    bench.remove(&[&spec]).await;
}

async fn what_changed_back_is_the_one_before(bench: Bench) {
    let spec = bench.running("sleep 1000");
    bench.engine.start(&spec).await.unwrap();
    let first = bench.containers().await;
    bench.engine.stop(spec.id, GRACE).await.unwrap();
    // What does not stay up is not what remains.
    let bad = NodeSpec { command: Some("exit 1".into()), ..spec.clone() };
    assert_eq!(bench.engine.start(&bad).await.unwrap().exited.await, Ok(Exit::Code(1)));
    assert_eq!(bench.containers().await.len(), 2);
    bench.engine.start(&spec).await.unwrap();
    assert_eq!(bench.containers().await, first);
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

async fn volumes_are_listed_with_their_size(bench: Bench) {
    let mut spec = bench.web();
    spec.volumes = vec!["/var/lib/more".into()];
    let _started = bench.engine.start(&spec).await.unwrap();
    let write = Execution {
        command: "head -c 3000000 /dev/zero > /data/much".into(),
        say_yes: false,
        time_limit: Duration::from_secs(30),
        output_limit: 1000,
    };
    assert_eq!(bench.engine.execute(&spec, &write).await.unwrap().exit, Exit::Code(0));
    let listed = bench.engine.volumes(spec.id).await.unwrap();
    let paths: Vec<_> = listed.iter().map(|one| &*one.path).collect();
    assert_eq!(paths, ["/data", "/var/lib/more"]);
    assert!(listed[0].size.is_some_and(|size| (2_900_000..3_200_000).contains(&size)), "{listed:?}");
    assert!(listed[1].size.is_some_and(|size| size < 100_000), "{listed:?}");
    bench.engine.stop(spec.id, Duration::ZERO).await.unwrap();
    let stopped = bench.engine.volumes(spec.id).await.unwrap();
    assert!(stopped.len() == 2 && stopped.iter().all(|one| one.size.is_none()), "{stopped:?}");
    bench.remove(&[&spec]).await;
    assert_eq!(bench.engine.volumes(spec.id).await.unwrap(), []);
}

async fn a_port_without_anybody_does_not_answer(bench: Bench) {
    // The engine itself listens on the published port as soon as the container is there.
    let spec = NodeSpec { command: Some("sleep 1000".into()), ..bench.web() };
    let _started = bench.engine.start(&spec).await.unwrap();
    let waited = tokio::time::timeout(Duration::from_secs(2), bench.engine.until_answers(&spec)).await;
    assert!(waited.is_err(), "nobody listens in the container");
    let serve = Execution {
        command: "mkdir -p /www; exec httpd -f -p 8080 -h /www".into(),
        say_yes: false,
        time_limit: Duration::from_secs(60),
        output_limit: 1000,
    };
    let (engine, node) = (bench.engine.clone(), spec.clone());
    let serving = tokio::spawn(async move { engine.execute(&node, &serve).await });
    bench.engine.until_answers(&spec).await;
    serving.abort();
    bench.remove(&[&spec]).await;
}

async fn a_port_that_leads_nowhere_is_mended_when_the_server_comes_back(bench: Bench) {
    if !bench.url.contains("podman") {
        // Docker's proxy needs no rules of the firewall.
        return;
    }
    let spec = bench.web();
    let _started = bench.engine.start(&spec).await.unwrap();
    bench.engine.until_answers(&spec).await;
    // As when the firewall is loaded anew.
    let rules = iptables(&["-S", "CNI-HOSTPORT-DNAT"]);
    let port = spec.address.port().to_string();
    let own = rules.lines().find(|rule| rule.split_whitespace().any(|word| word == port));
    let chain = own.and_then(|rule| rule.split_whitespace().last()).unwrap_or_else(|| panic!("{rules}"));
    iptables(&["-F", chain]);
    let again = bench.again();
    again.reconcile(&BTreeMap::from([(spec.id, true)])).await;
    let _started = again.start(&spec).await.unwrap();
    again.until_answers(&spec).await;
    assert!(get(spec.address, "/").await.is_some_and(|page| page.contains("hello")));
    again.remove(spec.id).await.unwrap();
}

fn iptables(words: &[&str]) -> String {
    let done = std::process::Command::new("iptables").args(["-w", "-t", "nat"]).args(words).output().unwrap();
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}
