//! `keyrack health`, and the signals that end a server.

use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::support::{Running, keyrack, run};

type Variables<'a> = &'a [(&'a str, &'a str)];

fn health(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrack"));
    command.arg("health").args(args).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn health_tells_by_its_exit_code_whether_the_server_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start(folder.path(), &[]);
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    let ask = |args: &[&str], variables: Variables| {
        let mut command = health(args);
        command.envs(variables.iter().copied());
        run(command, "")
    };
    let (address, every) = (server.address.clone(), format!("0.0.0.0:{port}"));
    let url = server.url("");
    let ways: [(&[&str], Variables); 5] = [
        (&["--listen", &address], &[]),
        (&[], &[("KEYRACK_LISTEN", &address)]),
        (&[], &[("KEYRACK_LISTEN", &every)]),
        (&["--url", &url], &[]),
        (&[], &[("KEYRACK_HEALTH_URL", &url), ("KEYRACK_LISTEN", "")]),
    ];
    for (args, variables) in ways {
        let ended = ask(args, variables);
        assert_eq!(
            (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
            (0, "ready\n", ""),
            "{args:?} {variables:?}"
        );
    }
    assert_eq!(server.stop(), 0);
    let ended = ask(&["--url", &url], &[]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.line().starts_with(&format!("keyrack: {url}: Connection refused")), "{ended:?}");
}

#[test]
fn every_signal_that_asks_for_an_end_leads_to_an_orderly_one() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT] {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Running::start(folder.path(), &[]);
        assert_eq!(server.stop_by(signal), 0, "{signal:?}");
    }
    // As with nohup.
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start_ignoring_hangups(folder.path());
    rustix::process::kill_process(server.pid(), Signal::HUP).unwrap();
    assert_eq!(run(health(&["--url", &server.url("")]), "").code, 0, "it goes on");
    assert_eq!(server.stop(), 0);
}

#[test]
fn health_looks_at_no_folder_and_asks_no_proxy() {
    let folder = tempfile::tempdir().unwrap();
    // The options of the data are taken, as by every subcommand. Nothing listens there.
    let refused = run(keyrack(&["health", "--listen", "127.0.0.1:1"], folder.path()), "");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    let refused = run(health(&["--url", "https://keys.example.org"]), "");
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.line().contains("it has to be like http://127.0.0.1:8080"), "{refused:?}");
}
