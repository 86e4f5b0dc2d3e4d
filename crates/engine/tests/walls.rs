//! What a node that attacks finds: every way out is closed, or commands are refused beforehand. The whole file runs once
//! more as an unprivileged user.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, Read};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use keyrack_engine::contract::processes::{free_port, marker, processes_with, until, until_none_with};
use keyrack_engine::contract::{Subject, exit};
use keyrack_engine::local::{Level, LocalEngine};
use keyrack_engine::{Engine, EngineError, Execution, Exit, ImageRef, NodeSpec};
use keyrack_types::ids::NodeId;
use rustix::process::{Pid, Signal, kill_process};

/// An unprivileged user, as distributions have it.
const NOBODY: u32 = 65_534;

/// How long what outlives a killed server may be there, on a machine that does nothing else.
const GONE: Duration = Duration::from_millis(300);

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_keyrack-engine-test-node"))
}

/// The program that attacks.
fn attack_program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_keyrack-engine-test-attacker"))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// An engine in this folder, with a recipe that attacks. `program` is what supervises.
fn engine(data: &Path, program: PathBuf) -> LocalEngine {
    let engine = LocalEngine::open(data, program).unwrap();
    let own = attack_program();
    let recipe = format!(
        "name = 'test/attack'\ncommand = '{0}'\nargs = ['attack', '${{WHAT}}', '${{ARGUMENT}}']\nport = true\nread = ['{0}']",
        own.display()
    );
    fs::write(data.join("recipes/attack.toml"), recipe).unwrap();
    engine
}

fn subject(engine: LocalEngine) -> Subject {
    Subject { engine: Arc::new(engine), image: ImageRef::parse("keyrack/web").unwrap(), _data: Box::new(()) }
}

fn attacker(subject: &Subject, id: i64, what: &str, argument: &str) -> NodeSpec {
    let mut spec = subject.node(id, "");
    spec.command = None;
    spec.image = ImageRef::parse("test/attack").unwrap();
    spec.variables =
        BTreeMap::from([("WHAT".to_owned(), what.to_owned()), ("ARGUMENT".to_owned(), argument.to_owned())]);
    spec
}

/// A program that supervises as on a machine on which these system calls fail.
fn without(calls: &str, folder: &Path) -> PathBuf {
    let script = folder.join("without.sh");
    let text =
        format!("#!/bin/sh\nexec {} without {calls} {} \"$@\"\n", attack_program().display(), program().display());
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

/// Folders for one test: of the server's data, and of what the test needs besides.
fn folders() -> (tempfile::TempDir, tempfile::TempDir) {
    (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_has_all_walls() {
    let (data, _) = folders();
    let walls = keyrack_engine::local::examine(&program(), data.path());
    assert_eq!(Level::of(&walls), Level::Walled, "{walls:#?}");
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0, "nothing is left of the examination");
}

/// What a node finds of the server, the machine and its neighbour. Both servers: the one with Landlock and the one without.
async fn finds_nothing(calls_that_fail: Option<&str>) {
    let (data, place) = folders();
    fs::write(data.path().join("keyrack.db"), "the database").unwrap();
    let supervisor = calls_that_fail.map_or_else(program, |calls| without(calls, place.path()));
    let engine = engine(data.path(), supervisor);
    assert_eq!(engine.level(), &Level::Walled);
    let subject = subject(engine);
    let mark = marker();
    let neighbour = subject.run(2, &format!("echo private > note; echo ready; sleep {mark}")).await;
    subject.until_log(2, "ready").await;
    let (data, me) = (data.path().display(), std::process::id());
    let neighbours: Vec<_> = processes_with(&mark).iter().map(i32::to_string).collect();
    let attempts = [
        format!("cat {data}/keyrack.db"),
        format!("echo x >> {data}/keyrack.db"),
        format!("truncate -s 0 {data}/keyrack.db"),
        format!("chmod 666 {data}/keyrack.db"),
        format!("ls {data}"),
        format!("ls {data}/nodes"),
        format!("cat {data}/recipes/attack.toml"),
        format!("cat {data}/nodes/2/note"),
        "cat ../2/note".to_owned(),
        format!("cat {data}/logs/2/output.log"),
        format!("cat {data}/run/2.lock"),
        "echo x > ../x".to_owned(),
        "echo x > /x".to_owned(),
        "echo x > /usr/x".to_owned(),
        "echo x > /etc/passwd".to_owned(),
        format!("ls /proc/{me}"),
        format!("kill -0 {me}"),
        format!("kill -9 {}", neighbours.join(" ")),
        format!("prlimit --pid {me} --nofile=1"),
        "cat /proc/1/environ".to_owned(),
        "ls /proc/1/fd/".to_owned(),
        "ls /proc/1/root/".to_owned(),
        "echo x > /proc/1/mem".to_owned(),
        "kill -9 1; sleep 0.1; kill -9 1 && ! test -e /proc/1".to_owned(),
        "cat /etc/shadow".to_owned(),
        "cat /etc/hostname".to_owned(),
        "ls /root".to_owned(),
        "ls /home".to_owned(),
        "ls /var/lib".to_owned(),
        "ls /run".to_owned(),
        "ls /dev/kmsg /dev/mem /dev/fuse /dev/kvm /dev/vda /dev/sda".to_owned(),
        "ls /proc/self/fd | grep -v '^[0-3]$'".to_owned(),
        "unshare -U true".to_owned(),
        "unshare -Ur true".to_owned(),
        "setpriv --reuid=0 true".to_owned(),
        "grep -q 'Cap...:.*[1-9a-f]' /proc/self/status".to_owned(),
        "grep -q 'NoNewPrivs:.0' /proc/self/status".to_owned(),
        "grep -q 'Seccomp:.0' /proc/self/status".to_owned(),
        "echo 0 > /proc/sys/kernel/pid_max".to_owned(),
        "echo c > /proc/sysrq-trigger".to_owned(),
        "grep -q 'eth\\|enp\\|wlan' /proc/net/dev".to_owned(),
    ];
    let script: String = attempts
        .iter()
        .map(|attempt| format!("if ({attempt}) >/dev/null 2>&1; then echo \"could: {attempt}\"; fi\n"))
        .collect();
    // What it may do, so that the refusals above are not those of a broken shell.
    let able = "for kind in user pid mnt ipc uts net; do readlink /proc/self/ns/$kind; done > namespaces
        test \"$(hostname)\" = contract && getent hosts contract >/dev/null || echo host
        echo own > own && cat own && ls /usr/bin >/dev/null && cat /dev/null && echo x > /tmp/x && echo x > /dev/shm/x && \
        ls / >/dev/null && ls /proc/self >/dev/null && echo done";
    let code = exit(subject.run(1, &(script + able)).await).await;
    assert_eq!(subject.log(1).await, "own\ndone\n");
    assert_eq!(code, Exit::Code(0));
    assert!(!processes_with(&mark).is_empty(), "the neighbour lives");
    let inside = fs::read_to_string(Path::new(&format!("{data}/nodes/1/namespaces"))).unwrap();
    assert_eq!(inside.lines().count(), 6);
    for (kind, inside) in ["user", "pid", "mnt", "ipc", "uts", "net"].iter().zip(inside.lines()) {
        assert_ne!(fs::read_link(format!("/proc/self/ns/{kind}")).unwrap().to_str(), Some(inside));
    }
    subject.engine.stop(NodeId(2), Duration::from_secs(9)).await.unwrap();
    exit(neighbour).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_finds_nothing_of_the_server_the_machine_or_its_neighbour() {
    finds_nothing(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_landlock_the_other_walls_hold() {
    finds_nothing(Some("landlock")).await;
}

async fn calls_are_refused(calls_that_fail: Option<&str>) {
    let (data, place) = folders();
    let supervisor = calls_that_fail.map_or_else(program, |calls| without(calls, place.path()));
    let subject = subject(engine(data.path(), supervisor));
    exit(subject.engine.start(&attacker(&subject, 1, "calls", "-")).await.unwrap()).await;
    assert_eq!(subject.log(1).await, "done\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn system_calls_that_reach_into_the_kernel_are_refused() {
    calls_are_refused(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_without_landlock_too() {
    calls_are_refused(Some("landlock")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_needed_wall_taken_away_commands_are_refused_and_the_text_says_which() {
    let none = BTreeMap::new();
    let loader = BTreeMap::from([("LD_PRELOAD".to_owned(), "./evil.so".to_owned())]);
    let cases: &[(&str, &[&str])] = &[
        ("namespaces", &["user namespace", "PID namespace", "mount namespace", "network namespace"]),
        ("mount", &["private root"]),
        ("old-mount", &["private root"]),
        ("pivot_root", &["private root", "pivot_root"]),
        ("seccomp", &["seccomp"]),
        ("namespaces,mount,seccomp,landlock", &["user namespace", "seccomp"]),
    ];
    for (calls, missing) in cases {
        let (data, place) = folders();
        let engine = engine(data.path(), without(calls, place.path()));
        let level = engine.level().to_string();
        assert!(level.starts_with("not walled: missing"), "{calls}: {level}");
        let web = ImageRef::parse("keyrack/web").unwrap();
        let own = ImageRef::parse("test/attack").unwrap();
        for (image, command, variables) in [(&web, Some("true"), &none), (&own, None, &none), (&web, None, &loader)] {
            match engine.check(image, command, variables).await {
                Err(EngineError::NotAllowed(text)) => {
                    assert!(missing.iter().all(|part| text.contains(part)), "{calls}: {text}");
                    assert!(text.contains("--allow-unconfined-nodes"), "{text}");
                }
                other => panic!("{calls}: {other:?}"),
            }
        }
        assert!(engine.check(&web, None, &none).await.is_ok());
        let subject = subject(engine);
        let started = subject.engine.start(&subject.node(1, "touch was-here")).await;
        assert!(matches!(started, Err(EngineError::NotAllowed(_))), "{calls}: {started:?}");
        let execution = Execution {
            command: "touch was-here".into(),
            say_yes: false,
            time_limit: Duration::from_secs(9),
            output_limit: 1000,
        };
        let executed = subject.engine.execute(&subject.node(1, ""), &execution).await;
        assert!(matches!(executed, Err(EngineError::NotAllowed(_))), "{calls}: {executed:?}");
        // The built-in program runs, as far as this machine lets it be confined.
        let mut spec = subject.node(2, "");
        spec.command = None;
        let started = subject.engine.start(&spec).await.unwrap();
        until("it answers", || async { TcpStream::connect(("127.0.0.1", spec.address.port())).is_ok() }).await;
        subject.engine.stop(NodeId(2), Duration::from_secs(9)).await.unwrap();
        exit(started).await;
    }
}

/// A supervisor that could build the walls when the server started, and cannot any more, starts nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_wall_that_goes_later_leaves_no_node_without_it() {
    let (data, place) = folders();
    let script = place.path().join("without.sh");
    fs::write(&script, format!("#!/bin/sh\nexec {} \"$@\"\n", program().display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let engine = engine(data.path(), script);
    assert_eq!(engine.level(), &Level::Walled);
    let subject = subject(engine);
    for calls in ["namespaces", "mount", "pivot_root", "seccomp"] {
        without(calls, place.path());
        let refused = subject.engine.start(&subject.node(1, "touch was-here")).await;
        assert!(matches!(refused, Err(EngineError::Failed(_))), "{calls}: {refused:?}");
        assert!(!data.path().join("nodes/1/was-here").exists(), "{calls}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_behind_a_closed_way_or_in_shown_files_makes_no_difference() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("way/data");
    fs::create_dir_all(&data).unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(data.join("keyrack.db"), "the database").unwrap();
    let subject = subject(engine(&data, program()));
    // A recipe that shows the folder that the data folder is in.
    let recipe = format!("name = 'test/wide'\ncommand = 'true'\nread = ['{}']", place.path().display());
    fs::write(data.join("recipes/wide.toml"), recipe).unwrap();
    let mut spec = subject.node(1, "");
    spec.image = ImageRef::parse("test/wide").unwrap();
    spec.command = Some(format!(
        "test $(id -u) != 0 && test -w . && pwd; cat {0}/keyrack.db; ls {0}; cp /bin/sh sh && chmod 6755 sh; true",
        data.display()
    ));
    exit(subject.engine.start(&spec).await.unwrap()).await;
    let log = subject.log(1).await;
    assert!(log.starts_with(&format!("{}\n", data.join("nodes/1").display())), "{log}");
    assert!(!log.contains("the database") && !log.contains("recipes"), "{log}");
    // Behind a closed way, and not shown by a recipe.
    for folder in ["", "way"] {
        fs::set_permissions(place.path().join(folder), fs::Permissions::from_mode(0o700)).unwrap();
    }
    exit(subject.run(2, "test $(id -u) != 0 && pwd && echo x > x && cat x").await).await;
    assert_eq!(subject.log(2).await, format!("{}\nx\n", data.join("nodes/2").display()));
    // Whoever else is on this machine cannot use what a node made of its own user.
    assert_ne!(fs::metadata(data.join("nodes/1/sh")).unwrap().uid(), 0);
    assert_eq!(fs::metadata(data.join("nodes")).unwrap().permissions().mode() & 0o077, 0);
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o077, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_reaches_neither_the_server_nor_nodes_of_others() {
    let (data, _) = folders();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let six = TcpListener::bind("[::1]:0").unwrap();
    let subject = subject(engine(data.path(), program()));
    let mut other = attacker(&subject, 2, "answer", "0");
    other.environment = "of-another-account".into();
    let neighbour = subject.engine.start(&other).await.unwrap();
    until("it answers", || async { TcpStream::connect(("127.0.0.1", other.address.port())).is_ok() }).await;
    let ports = [server.local_addr().unwrap().port(), six.local_addr().unwrap().port(), other.address.port()];
    let ports = ports.map(|port| port.to_string()).join(" ");
    exit(subject.engine.start(&attacker(&subject, 1, "connect", &ports)).await.unwrap()).await;
    assert_eq!(subject.log(1).await, "done\n");
    subject.engine.stop(NodeId(2), Duration::ZERO).await.unwrap();
    exit(neighbour).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_takes_no_port_of_the_machine_but_its_own() {
    let (data, _) = folders();
    let subject = subject(engine(data.path(), program()));
    // Free, as the server's own port is between its end and its next start.
    let port = free_port();
    let node = subject.engine.start(&attacker(&subject, 1, "bind", &port.to_string())).await.unwrap();
    subject.until_log(1, "bound").await;
    for host in ["127.0.0.1", "[::1]", "0.0.0.0"] {
        assert!(TcpStream::connect(format!("{host}:{port}")).is_err(), "{host}");
        drop(TcpListener::bind(format!("{host}:{port}")).expect("the server gets its port"));
    }
    assert!(!subject.log(1).await.contains("could"), "{}", subject.log(1).await);
    subject.engine.stop(NodeId(1), Duration::ZERO).await.unwrap();
    exit(node).await;
}

fn says(port: u16) -> String {
    let mut text = String::new();
    if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(9)));
        let _ = stream.read_to_string(&mut text);
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_of_one_environment_reach_each_other_and_commands_reach_them() {
    let (data, _) = folders();
    let subject = subject(engine(data.path(), program()));
    let first = attacker(&subject, 1, "answer", "0");
    let second = attacker(&subject, 2, "answer", &first.address.port().to_string());
    // In either order: who starts later is reached too.
    let one = subject.engine.start(&second).await.unwrap();
    let two = subject.engine.start(&first).await.unwrap();
    let both = format!("this is {}, and this is {}", second.address.port(), first.address.port());
    until("the one asks the other", || async { says(second.address.port()) == both }).await;
    let python = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{}; cat <&3; exec 3<>/dev/tcp/127.0.0.1/{}; cat <&3",
        first.address.port(),
        second.address.port()
    );
    let execution = Execution {
        command: format!("bash -c '{python}'"),
        say_yes: false,
        time_limit: Duration::from_secs(20),
        output_limit: 1000,
    };
    let executed = subject.engine.execute(&first, &execution).await.unwrap();
    assert_eq!(executed.out, format!("this is {}{both}", first.address.port()), "{executed:?}");
    // What is no longer in the environment is not reached any more, whoever has its port by then.
    subject.engine.stop(NodeId(1), Duration::ZERO).await.unwrap();
    exit(two).await;
    let mut stranger = attacker(&subject, 3, "answer", "0");
    stranger.environment = "of-another-account".into();
    stranger.address = first.address;
    let three = subject.engine.start(&stranger).await.unwrap();
    until("the stranger answers", || async { says(stranger.address.port()).starts_with("this is") }).await;
    assert!(says(second.address.port()).contains("alone"), "{}", says(second.address.port()));
    for (node, started) in [(2, one), (3, three)] {
        subject.engine.stop(NodeId(node), Duration::ZERO).await.unwrap();
        exit(started).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_can_open_the_network() {
    let (data, _) = folders();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let subject = subject(engine(data.path(), program()).open_network(true));
    exit(subject.engine.start(&attacker(&subject, 1, "connect", &port.to_string())).await.unwrap()).await;
    assert!(subject.log(1).await.contains(&format!("could: connect to 127.0.0.1:{port}")), "{}", subject.log(1).await);
    let spec = attacker(&subject, 1, "answer", "0");
    let node = subject.engine.start(&spec).await.unwrap();
    until("it answers", || async { says(spec.address.port()).starts_with("this is") }).await;
    subject.engine.stop(NodeId(1), Duration::ZERO).await.unwrap();
    exit(node).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_has_as_many_processes_as_are_promised_and_no_more() {
    let (data, _) = folders();
    let subject = subject(engine(data.path(), program()));
    let node = subject.engine.start(&attacker(&subject, 1, "fork", "-")).await.unwrap();
    subject.until_log(1, "made").await;
    let log = subject.log(1).await;
    let made: u32 = log.trim().trim_start_matches("made ").parse().unwrap();
    assert!((490..=512).contains(&made), "{log}");
    assert!(subject.engine.stats(NodeId(1)).await.processes <= 512);
    // A second node has its own.
    assert_eq!(exit(subject.run(2, "for i in 1 2 3 4 5 6 7 8; do sleep 0.1 & done; wait").await).await, Exit::Code(0));
    subject.engine.stop(NodeId(1), Duration::ZERO).await.unwrap();
    exit(node).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_of_every_kind_counts_for_the_node_as_a_whole() {
    let (data, _) = folders();
    let subject = subject(engine(data.path(), program()));
    let small = 128 << 20;
    for kind in ["processes", "shared", "given back"] {
        let mut spec = attacker(&subject, 1, "memory", kind);
        spec.memory = small;
        let started = subject.engine.start(&spec).await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(9), started.exited).await;
        assert_eq!(ended.unwrap_or_else(|_| panic!("{kind}")), Ok(Exit::Signal(9)), "{kind}");
        assert!(subject.log(1).await.contains("MiB of memory, more than it may"), "{kind}: {}", subject.log(1).await);
        subject.engine.remove(NodeId(1)).await.unwrap();
    }
    // Each of the two folders holds no more than it may have, both together are more.
    let mut spec = attacker(&subject, 1, "memory", "files");
    spec.memory = small;
    assert_eq!(exit(subject.engine.start(&spec).await.unwrap()).await, Exit::Signal(9));
    subject.engine.remove(NodeId(1)).await.unwrap();
    // What no process would show cannot be had at all.
    let mut spec = attacker(&subject, 1, "memory", "memfd");
    spec.memory = small;
    let node = subject.engine.start(&spec).await.unwrap();
    subject.until_log(1, "taken").await;
    assert_eq!(subject.log(1).await, "taken\n");
    subject.engine.stop(NodeId(1), Duration::ZERO).await.unwrap();
    exit(node).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_lowered_holds_at_once_and_one_that_is_raised_lets_more_be_taken() {
    let (data, _) = folders();
    let subject = subject(engine(data.path(), program()));
    let spec = attacker(&subject, 1, "memory", "processes");
    let node = subject.engine.start(&spec).await.unwrap();
    subject.until_log(1, "taken").await;
    subject.engine.limit(NodeId(1), 128 << 20).await;
    assert_eq!(exit(node).await, Exit::Signal(9));
}

/// How long it took until none of them was there.
async fn gone_within(mark: &str, begun: Instant) -> Duration {
    until_none_with(mark).await;
    begun.elapsed()
}

/// The best of a few, on a machine that has other things to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_or_supervisor_takes_all_of_its_node_with_it_at_once() {
    let mut best = [Duration::MAX; 2];
    for _ in 0..5 {
        let (data, _) = folders();
        let mark = marker();
        let command = format!("trap '' TERM; (setsid sleep {mark} &); echo ready; sleep {mark}; sleep {mark}");
        let mut server =
            Command::new(program()).arg("host").arg(data.path()).arg(&command).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        until("both run", || async { processes_with(&format!("sleep\0{mark}")).len() == 2 }).await;
        let begun = Instant::now();
        kill_process(Pid::from_child(&server), Signal::KILL).unwrap();
        best[0] = best[0].min(gone_within(&mark, begun).await);
        server.wait().unwrap();

        let (data, _) = folders();
        let subject = subject(engine(data.path(), program()));
        let started = subject.run(1, &command).await;
        until("both run", || async { processes_with(&format!("sleep\0{mark}")).len() == 2 }).await;
        let supervisor = *processes_with("supervise-node")
            .iter()
            .find(|pid| children(**pid).iter().any(|child| !processes_below(*child, &mark).is_empty()))
            .unwrap();
        let begun = Instant::now();
        kill_process(Pid::from_raw(supervisor).unwrap(), Signal::KILL).unwrap();
        best[1] = best[1].min(gone_within(&mark, begun).await);
        assert_eq!(exit(started).await, Exit::Unseen);
        // The next start finds nothing in its way.
        assert_eq!(exit(subject.run(1, "exit 3").await).await, Exit::Code(3));
    }
    assert!(best.iter().all(|time| *time < GONE), "{best:?}");
}

fn children(pid: i32) -> Vec<i32> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

fn processes_below(pid: i32, mark: &str) -> Vec<i32> {
    let mut below = children(pid);
    for child in below.clone() {
        below.extend(processes_below(child, mark));
    }
    let marked = processes_with(mark);
    below.retain(|pid| marked.contains(pid));
    below
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_at_a_nodes_port_before_it_does_or_after_it_ended() {
    let (data, _) = folders();
    let subject = subject(engine(data.path(), program()));
    let mut spec = subject.node(1, "trap '' TERM; echo ready; while true; do sleep 1; done");
    let node = subject.engine.start(&spec).await.unwrap();
    subject.until_log(1, "ready").await;
    assert!(TcpStream::connect(("127.0.0.1", spec.address.port())).is_err(), "it does not listen");
    subject.engine.stop(NodeId(1), Duration::from_millis(100)).await.unwrap();
    exit(node).await;
    // At the same port, again and again: nothing of the run before is in the way.
    spec = NodeSpec { address: spec.address, ..attacker(&subject, 1, "answer", "0") };
    for _ in 0..5 {
        let node = subject.engine.start(&spec).await.unwrap();
        until("it answers", || async { says(spec.address.port()) == format!("this is {}", spec.address.port()) }).await;
        subject.engine.stop(NodeId(1), Duration::ZERO).await.unwrap();
        assert!(TcpStream::connect(("127.0.0.1", spec.address.port())).is_err());
        exit(node).await;
    }
}

/// Everything above for a server that is not the superuser's.
#[test]
fn all_of_it_holds_for_an_unprivileged_server() {
    if !is_root() {
        eprintln!("skipped: this is the unprivileged run");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    std::os::unix::fs::chown(place.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--test-threads=2", "--nocapture"])
        .env("TMPDIR", place.path())
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    assert!(said.contains(" 0 failed"), "{said}");
}
