//! What processes of this machine have to show besides the contract.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use keyrack_engine::local::LocalEngine;
use keyrack_engine::{Engine, EngineError, Exit, FileWork, ImageRef, NodeAddress, NodePath};
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

/// What a node tries to find out about the server and its neighbour, or to do to them.
fn attempts(data: &std::path::Path, neighbours: &[i32]) -> Vec<String> {
    let (data, me) = (data.display(), std::process::id());
    let neighbours: Vec<_> = neighbours.iter().map(i32::to_string).collect();
    vec![
        format!("cat {data}/keyrack.db"),
        format!("echo x >> {data}/keyrack.db"),
        format!("ls {data}"),
        format!("ls {data}/nodes"),
        format!("cat {data}/recipes/own.toml"),
        format!("cat {data}/nodes/2/note"),
        format!("ls {data}/nodes/2"),
        "cat ../2/note".to_owned(),
        format!("cat {data}/logs/2/output.log"),
        format!("cat {data}/logs/1/output.log"),
        format!("cat {data}/run/2.lock"),
        format!("cat /proc/{me}/environ"),
        format!("ls /proc/{me}/fd"),
        "cat /proc/$PPID/environ".to_owned(),
        format!("kill -0 {me}"),
        "kill -0 $PPID".to_owned(),
        format!("kill -9 {}", neighbours.join(" ")),
        "echo x > ../x".to_owned(),
        "cat /etc/shadow".to_owned(),
        "ls /root".to_owned(),
        "ls /proc/self/fd | grep -v '^[0-3]$'".to_owned(),
    ]
}

/// What Landlock keeps from a node besides.
const MORE_ATTEMPTS: [&str; 4] =
    ["touch /tmp/keyrack-node-was-here", "cat /etc/hostname", "ls /var /home", "ls /proc/1"];

async fn attempts_fail(confine: impl FnOnce(LocalEngine) -> LocalEngine, landlock: bool) {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("keyrack.db"), "the database").unwrap();
    let engine = confine(LocalEngine::open(data.path(), program()).unwrap());
    let subject =
        Subject { engine: Arc::new(engine), image: ImageRef::parse("keyrack/web").unwrap(), _data: Box::new(()) };
    fs::write(data.path().join("recipes/own.toml"), "name = 'own'").unwrap();
    let mark = marker();
    let neighbour = subject.run(2, &format!("echo private > note; echo ready; sleep {mark}")).await;
    subject.until_log(2, "ready").await;
    let mut attempts = attempts(data.path(), &processes_with(&mark));
    if landlock {
        attempts.extend(MORE_ATTEMPTS.map(str::to_owned));
        attempts.push(format!("cat /proc/{}/cmdline", std::process::id()));
    }
    let script: String = attempts
        .iter()
        .map(|attempt| format!("if ({attempt}) >/dev/null 2>&1; then echo \"could: {attempt}\"; fi\n"))
        .collect();
    // What it may do, so that the refusals above are not those of a broken shell.
    let script = script + "echo own > own && cat own && ls /usr/bin >/dev/null && cat /dev/null && echo done";
    let exit_code = exit(subject.run(1, &script).await).await;
    assert_eq!(subject.log(1).await, "own\ndone\n");
    assert_eq!(exit_code, Exit::Code(0));
    assert!(!processes_with(&mark).is_empty(), "the neighbour lives");
    subject.engine.stop(NodeId(2), Duration::from_secs(9)).await.unwrap();
    exit(neighbour).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_sees_nothing_of_the_server_or_of_other_nodes() {
    attempts_fail(|engine| engine, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn landlock_alone_is_enough() {
    attempts_fail(|engine| engine.confined_at_most(false, true), true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_its_own_alone_is_enough() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only the superuser can give nodes users of their own");
        return;
    }
    attempts_fail(|engine| engine.confined_at_most(true, false), false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_confinement_only_the_built_in_program_runs() {
    let none = BTreeMap::new();
    let loader = BTreeMap::from([("LD_PRELOAD".to_owned(), "./evil.so".to_owned())]);
    let (web, own) = (ImageRef::parse("keyrack/web").unwrap(), ImageRef::parse("test/own").unwrap());
    for (allowed, data) in [(false, tempfile::tempdir().unwrap()), (true, tempfile::tempdir().unwrap())] {
        let engine =
            LocalEngine::open(data.path(), program()).unwrap().allow_unconfined(allowed).confined_at_most(false, false);
        fs::write(data.path().join("recipes/own.toml"), "name = 'test/own'\ncommand = 'true'").unwrap();
        assert!(engine.check(&web, None, &none).await.is_ok());
        for (image, command, variables) in [(&web, Some("true"), &none), (&own, None, &none), (&web, None, &loader)] {
            match engine.check(image, command, variables).await {
                Ok(_) => assert!(allowed),
                Err(EngineError::NotAllowed(text)) => {
                    assert!(!allowed && text.contains("--allow-unconfined-nodes"), "{text}")
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
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
    let shell = *processes_with(&mark).iter().min().unwrap();
    let status = fs::read_to_string(format!("/proc/{shell}/status")).unwrap();
    let parent: i32 = status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap().trim().parse().unwrap();
    kill_process(Pid::from_raw(parent).unwrap(), Signal::KILL).unwrap();
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
