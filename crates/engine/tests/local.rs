//! What processes of this machine have to show besides the contract.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use keyrack_engine::local::LocalEngine;
use keyrack_engine::{Exit, FileWork, ImageRef, NodeAddress, NodePath};
use keyrack_types::ids::NodeId;
use rustix::process::{Pid, Signal, kill_process};

use keyrack_engine::contract::processes::{PATIENCE, free_port, marker, processes_with, until, until_none_with};
use keyrack_engine::contract::{Subject, exit};
use keyrack_engine::engine_contract;

/// The program that supervises and is a node in tests.
fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_keyrack-engine-test-node"))
}

fn local() -> Subject {
    let data = tempfile::tempdir().expect("a temporary folder");
    let engine = LocalEngine::open(data.path(), program()).expect("the engine opens");
    Subject {
        engine: Arc::new(engine),
        image: ImageRef::parse("keyrack/web:7").expect("an image"),
        _data: Box::new(data),
    }
}

fn in_folder(data: &std::path::Path) -> Subject {
    let engine = LocalEngine::open(data, program()).expect("the engine opens");
    Subject {
        engine: Arc::new(engine),
        image: ImageRef::parse("keyrack/web:7").expect("an image"),
        _data: Box::new(()),
    }
}

engine_contract!(super::local());

#[tokio::test(flavor = "multi_thread")]
async fn a_process_has_the_variables_that_are_documented_and_no_others() {
    let subject = local();
    exit(subject.run(1, "env | cut -d= -f1 | sort | tr '\\n' ' '").await).await;
    let names = "HOME KEYRACK_ENVIRONMENT KEYRACK_IMAGE KEYRACK_NODE KEYRACK_TAG LANG PATH PORT PWD TMPDIR ";
    assert_eq!(subject.log(1).await, names);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_program_answers_on_its_port() {
    let subject = local();
    let mut spec = subject.node(1, "");
    spec.command = None;
    spec.address = NodeAddress::at(free_port());
    let started = subject.engine.start(&spec).await.unwrap();
    tokio::time::timeout(PATIENCE, subject.engine.until_answers(&spec)).await.expect("the port answers");
    assert!(!subject.engine.can_listen(&spec).await, "the port is taken while it runs");
    subject.engine.stop(NodeId(1), Duration::from_secs(9)).await.unwrap();
    assert!(subject.engine.can_listen(&spec).await);
    assert_eq!(exit(started).await, Exit::Signal(15));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_runs_with_its_arguments_and_variables() {
    let data = tempfile::tempdir().unwrap();
    let subject = in_folder(data.path());
    fs::write(
        data.path().join("recipes/echo.toml"),
        "name = 'test/echo'\ntags = ['a', 'b']\ncommand = 'sh'\nargs = ['-c', 'echo ${WORD} on $PORT is $KEYRACK_TAG', 'x']\n[env]\nWORD = 'preset'",
    )
    .unwrap();
    let mut spec = subject.node(1, "");
    spec.command = None;
    spec.image = ImageRef::parse("test/echo:b").unwrap();
    exit(subject.engine.start(&spec).await.unwrap()).await;
    spec.variables.insert("WORD".into(), "own".into());
    exit(subject.engine.start(&spec).await.unwrap()).await;
    assert_eq!(subject.log(1).await, format!("preset on {0} is b\nown on {0} is b\n", spec.address.port()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_not_there_is_told() {
    let data = tempfile::tempdir().unwrap();
    let subject = in_folder(data.path());
    fs::write(data.path().join("recipes/gone.toml"), "name = 'test/gone'\ncommand = '/no/such/program'").unwrap();
    let mut spec = subject.node(1, "");
    spec.command = None;
    spec.image = ImageRef::parse("test/gone").unwrap();
    let error = subject.engine.start(&spec).await.unwrap_err().to_string();
    assert!(error.contains("/no/such/program") && error.contains("No such file"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_set() {
    let subject = local();
    exit(subject.run(1, "echo $(ulimit -c) $(ulimit -d) $(ulimit -n) ; while read name value; do case $name in NoNewPrivs:) echo $value;; esac; done < /proc/self/status").await).await;
    assert_eq!(subject.log(1).await, "0 524288 4096\n1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_leaves_no_process() {
    let data = tempfile::tempdir().unwrap();
    let mark = marker();
    let command = format!("trap '' TERM; (setsid sleep {mark} &); echo ready; sleep {mark}; sleep {mark}");
    let mut server =
        Command::new(program()).arg("host").arg(data.path()).arg(&command).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "started\n");
    until("daemon and child run", || async { processes_with(&format!("sleep\0{mark}")).len() == 2 }).await;
    kill_process(Pid::from_child(&server), Signal::KILL).unwrap();
    server.wait().unwrap();
    until_none_with(&mark).await;
    // The next server waits for what the old one left, then has the node to itself.
    let subject = in_folder(data.path());
    subject.engine.reconcile(&BTreeMap::new()).await;
    let started = subject.run(1, "echo mine").await;
    assert_eq!(exit(started).await, Exit::Code(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_server_waits_for_what_the_killed_one_left() {
    let data = tempfile::tempdir().unwrap();
    let mark = marker();
    let mut server = Command::new(program())
        .arg("host")
        .arg(data.path())
        .arg(format!("trap '' TERM; while true; do sleep {mark}; done"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    kill_process(Pid::from_child(&server), Signal::KILL).unwrap();
    server.wait().unwrap();
    let subject = in_folder(data.path());
    subject.engine.reconcile(&BTreeMap::new()).await;
    assert_eq!(processes_with(&mark), [0; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_supervisor_leaves_no_process() {
    let subject = local();
    let mark = marker();
    let started = subject.run(1, &format!("trap '' TERM; sleep {mark} & echo ready; sleep {mark}; sleep {mark}")).await;
    subject.until_log(1, "ready").await;
    // The supervisor is the one of this program's children that was started for the node.
    let me = std::process::id();
    let children = fs::read_dir(format!("/proc/{me}/task")).unwrap().flatten().flat_map(|thread| {
        let text = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        text.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>()
    });
    for supervisor in children.collect::<Vec<_>>() {
        kill_process(Pid::from_raw(supervisor).unwrap(), Signal::KILL).unwrap();
    }
    assert_eq!(exit(started).await, Exit::Unseen);
    until_none_with(&mark).await;
}

/// A node can make folders in each other without end; what removes them must not need a stack or open files for each.
#[tokio::test]
async fn a_node_goes_however_deep_its_folders_lie_in_each_other() {
    use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
    let data = tempfile::tempdir().unwrap();
    let subject = in_folder(data.path());
    let work = FileWork::Create { path: NodePath::parse("cache/file").unwrap(), folder: false };
    subject.engine.work_on_files(&subject.node(1, ""), work).await.unwrap();
    let folder = data.path().join("nodes/1");
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut at = openat(CWD, folder.join("cache"), flags, Mode::empty()).unwrap();
    for _ in 0..20_000 {
        mkdirat(&at, "d", Mode::RWXU).unwrap();
        at = openat(&at, "d", flags, Mode::empty()).unwrap();
    }
    drop(at);
    subject.engine.remove(NodeId(1)).await.unwrap();
    assert!(!folder.exists());
}
