//! What every engine promises, as tests that any engine can be put to: `keyrack_engine::engine_contract!(…)`.

pub mod processes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::{Engine, EngineError, Exit, Fetch, ImageRef, NodeAddress, NodeRun, NodeSpec, Started};
use keyrack_types::ids::NodeId;

use self::processes::{PATIENCE, free_port, marker, processes_with, until, until_none_with};

/// An engine to be tested.
pub struct Subject {
    pub engine: Arc<dyn Engine>,
    /// An image whose `cmd` has a shell and the usual tools.
    pub image: ImageRef,
    /// Kept until the test is over.
    pub _data: Box<dyn Send + Sync>,
}

/// Long enough that only its end can be why something ended.
const LONG: Duration = Duration::from_secs(60);

impl Subject {
    pub fn node(&self, id: i64, command: &str) -> NodeSpec {
        NodeSpec {
            id: NodeId(id),
            environment: "contract".into(),
            layer: "cp".into(),
            number: u32::try_from(id).expect("a small number"),
            image: self.image.clone(),
            digest: None,
            command: Some(command.into()),
            variables: BTreeMap::new(),
            address: NodeAddress::at(free_port()),
            memory: 512 << 20,
            volumes: Vec::new(),
        }
    }

    pub async fn run(&self, id: i64, command: &str) -> Started {
        self.engine.start(&self.node(id, command)).await.expect("the node starts")
    }

    pub async fn log(&self, id: i64) -> String {
        self.engine.read_log(NodeId(id), "output.log", None, 100_000).await.expect("the log is there").text
    }

    pub async fn until_log(&self, id: i64, text: &str) {
        until(&format!("the log says {text}"), || async { self.log(id).await.contains(text) }).await;
    }
}

pub async fn exit(started: Started) -> Exit {
    tokio::time::timeout(PATIENCE, started.exited).await.expect("it ends in time").expect("the engine tells")
}

pub async fn sees_only_its_own_environment(subject: Subject) {
    let mut spec = subject.node(1, "env; echo \"[$GREETING]$PORT $KEYRACK_TAG $KEYRACK_NODE $KEYRACK_ENVIRONMENT\"");
    let greeting = "hello=world \n $HOME 'and' \"more\" ";
    spec.variables = BTreeMap::from([("GREETING".into(), greeting.into()), ("PORT".into(), "1".into())]);
    let exit = exit(subject.engine.start(&spec).await.unwrap()).await;
    let log = subject.log(1).await;
    assert_eq!(exit, Exit::Code(0), "{log}");
    let (port, tag) = (spec.address.port(), &spec.image.tag);
    assert!(log.contains(&format!("[{greeting}]{port} {tag} 1 contract")), "{log}");
    // What the server itself runs with is no business of a node's.
    let allowed =
        ["GREETING", "HOME", "LANG", "PATH", "PORT", "PWD", "TMPDIR", "HOSTNAME", "SHLVL", "TERM", "container"];
    for (name, value) in std::env::vars().filter(|(name, value)| !allowed.contains(&&**name) && value.len() > 2) {
        assert!(!log.lines().any(|line| line == format!("{name}={value}")), "{name} was handed on: {log}");
    }
}

pub async fn ends_when_asked(subject: Subject) {
    let mark = marker();
    // The child before the trap: a shell's child that is asked to end before it has become `sleep` would lose that.
    let started = subject.run(1, &format!("sleep {mark} & trap 'echo bye; exit 0' TERM; echo ready; wait")).await;
    subject.until_log(1, "ready").await;
    assert_eq!(subject.engine.status(NodeId(1)).await, NodeRun::Running);
    let begun = Instant::now();
    subject.engine.stop(NodeId(1), LONG).await.unwrap();
    assert!(begun.elapsed() < LONG / 2, "it did not wait for the grace time to pass");
    assert_eq!(subject.engine.status(NodeId(1)).await, NodeRun::Stopped);
    assert_eq!(processes_with(&mark), [0; 0]);
    assert!(subject.log(1).await.contains("bye"));
    assert_eq!(exit(started).await, Exit::Code(0));
    subject.engine.stop(NodeId(1), LONG).await.expect("a stopped node is stopped");
}

pub async fn is_made_to_end_when_it_ignores_sigterm(subject: Subject) {
    let mark = marker();
    let started = subject.run(1, &format!("trap '' TERM; echo ready; while true; do sleep {mark}; done")).await;
    subject.until_log(1, "ready").await;
    let begun = Instant::now();
    subject.engine.stop(NodeId(1), Duration::from_millis(300)).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(300), "it had its grace time");
    assert_eq!(processes_with(&mark), [0; 0]);
    assert_eq!(exit(started).await, Exit::Signal(9));
}

pub async fn tells_how_it_crashed(subject: Subject) {
    assert_eq!(exit(subject.run(1, "echo no such luck >&2; exit 3").await).await, Exit::Code(3));
    assert!(subject.log(1).await.contains("no such luck"));
    assert_eq!(subject.engine.status(NodeId(1)).await, NodeRun::Stopped);
    assert_eq!(exit(subject.run(1, "sleep 0.2; kill -SEGV $$").await).await, Exit::Signal(11));
    assert_eq!(exit(subject.run(1, "exit 0").await).await, Exit::Code(0));
}

pub async fn takes_children_with_it(subject: Subject) {
    let mark = marker();
    // Children, grandchildren whose parents are gone, and daemons in sessions of their own that ignore SIGTERM.
    let command = format!(
        "sleep {mark} & (sleep {mark} & sleep {mark} &) & \
         setsid sh -c 'trap \"\" TERM HUP; (sleep {mark} &); sleep {mark}' & \
         (setsid sh -c '(setsid sleep {mark} &) ; exit 0' &); sleep 0.3; echo ready; wait; sleep {mark}"
    );
    let started = subject.run(1, &command).await;
    subject.until_log(1, "ready").await;
    assert!(processes_with(&mark).len() >= 6, "{:?}", processes_with(&mark));
    let stats = subject.engine.stats(NodeId(1)).await;
    assert!(stats.processes >= 6 && stats.memory > 0, "{stats:?}");
    subject.engine.stop(NodeId(1), Duration::from_millis(300)).await.unwrap();
    assert_eq!(processes_with(&mark), [0; 0]);
    exit(started).await;
    assert_eq!(subject.engine.stats(NodeId(1)).await.processes, 0);
}

pub async fn leaves_no_daemon_when_it_ends_by_itself(subject: Subject) {
    let mark = marker();
    let started = subject
        .run(
            1,
            &format!("setsid sh -c 'trap \"\" TERM HUP; (setsid sleep {mark} &); sleep {mark}' & sleep 0.2; exit 7"),
        )
        .await;
    assert_eq!(exit(started).await, Exit::Code(7));
    assert_eq!(processes_with(&mark), [0; 0]);
}

pub async fn keeps_the_end_of_a_flood(subject: Subject) {
    let started = subject
        .run(1, "head -c 10000000 /dev/zero | tr '\\0' 'x' | fold -w 99; echo; echo the last line; sleep 0.1; exit 5")
        .await;
    assert_eq!(exit(started).await, Exit::Code(5));
    assert!(subject.log(1).await.ends_with("the last line\n"));
    let size: u64 = subject.engine.logs(NodeId(1)).await.unwrap().iter().map(|log| log.size).sum();
    assert!((1..=2 << 20).contains(&size), "{size}");
}

pub async fn stops_in_mid_flood(subject: Subject) {
    let mark = marker();
    let started = subject.run(1, &format!("trap '' TERM; echo {mark}; yes flood {mark}")).await;
    subject.until_log(1, "flood").await;
    let begun = Instant::now();
    subject.engine.stop(NodeId(1), Duration::from_millis(200)).await.unwrap();
    assert!(begun.elapsed() < PATIENCE);
    assert_eq!(processes_with(&mark), [0; 0]);
    exit(started).await;
}

pub async fn refuses_what_there_is_not(subject: Subject) {
    let none = BTreeMap::new();
    let unknown = ImageRef::parse("no/such-image:1").unwrap();
    let spec = NodeSpec { image: unknown.clone(), ..subject.node(1, "true") };
    let fetch = Fetch { login: None, newest: false, progress: &|_| {} };
    // An engine that has a registry has to ask it; here none can be reached.
    let refused = subject.engine.fetch(&spec, fetch).await.unwrap_err();
    let told =
        matches!(&refused, EngineError::UnknownImage(text) | EngineError::Away(text) if text.contains("no/such-image"));
    assert!(told, "{refused:?}");
    assert!(subject.engine.check(&subject.image, Some("true"), &none).await.is_ok());
    assert!(matches!(subject.engine.start(&spec).await, Err(EngineError::UnknownImage(_))));
}

pub async fn runs_a_node_once(subject: Subject) {
    let mark = marker();
    let first = subject.run(1, &format!("sleep {mark}")).await;
    let again = subject.engine.start(&subject.node(1, &format!("sleep {mark}"))).await;
    assert!(matches!(again, Err(EngineError::Failed(_))));
    until("one process", || async { processes_with(&format!("sleep\0{mark}")).len() == 1 }).await;
    subject.engine.stop(NodeId(1), LONG).await.unwrap();
    exit(first).await;
    // And then again.
    let second = subject.run(1, &format!("sleep {mark}")).await;
    subject.engine.stop(NodeId(1), LONG).await.unwrap();
    exit(second).await;
}

pub async fn keeps_files_until_removed(subject: Subject) {
    exit(subject.run(1, "mkdir www && echo page > www/index.html && echo temporary > $TMPDIR/x").await).await;
    let started = subject.run(1, "cat www/index.html; sleep 100").await;
    subject.until_log(1, "page").await;
    // A copy can be made while it runs, and is the second node's own.
    subject.engine.copy_files(NodeId(1), &subject.node(2, "")).await.unwrap();
    assert_eq!(exit(subject.run(2, "cat www/index.html && echo other > www/index.html").await).await, Exit::Code(0));
    assert!(subject.log(2).await.contains("page"));
    subject.engine.remove(NodeId(1)).await.unwrap();
    exit(started).await;
    subject.engine.remove(NodeId(1)).await.expect("what is not there is removed");
    assert_eq!(exit(subject.run(1, "test ! -e www && echo empty").await).await, Exit::Code(0));
    assert_eq!(subject.log(1).await, "empty\n", "the logs went too");
}

pub async fn many_nodes_at_once(subject: Subject) {
    let mark = marker();
    let subject = Arc::new(subject);
    let nodes = (1..=8).map(|id| {
        let (subject, mark) = (subject.clone(), mark.clone());
        tokio::spawn(async move {
            for _ in 0..3 {
                let started = subject.run(id, &format!("sleep {mark}")).await;
                subject.engine.stop(NodeId(id), LONG).await.unwrap();
                exit(started).await;
            }
        })
    });
    for node in nodes.collect::<Vec<_>>() {
        node.await.unwrap();
    }
    until_none_with(&mark).await;
}

/// Runs the whole contract, a test each, against what the expression makes.
#[macro_export]
macro_rules! engine_contract {
    ($subject:expr) => {
        $crate::engine_contract! { $subject =>
            sees_only_its_own_environment, ends_when_asked, is_made_to_end_when_it_ignores_sigterm, tells_how_it_crashed,
            takes_children_with_it, leaves_no_daemon_when_it_ends_by_itself, keeps_the_end_of_a_flood, stops_in_mid_flood,
            refuses_what_there_is_not, runs_a_node_once, keeps_files_until_removed, many_nodes_at_once,
        }
    };
    ($subject:expr => $($name:ident),+ $(,)?) => {
        mod promises {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $crate::contract::$name($subject).await;
            }
        )+}
    };
}
