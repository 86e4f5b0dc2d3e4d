//! What keeps nodes apart: `keyrack doctor`, and a server on a machine that does not have all of it.

use std::io::BufRead;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::environments::{call, password, sign_in, until_status};
use crate::support::{Running, keyrack, run};

/// The command as the superuser of a user namespace with one user: it can give nodes no user of their own.
fn without_users(command: &Command) -> Command {
    let mut wrapped = Command::new("unshare");
    wrapped.args(["-Ur", "--"]).arg(command.get_program()).args(command.get_args());
    wrapped.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    wrapped
}

fn there_are_user_namespaces() -> bool {
    let there = Command::new("unshare").args(["-Ur", "true"]).status().is_ok_and(|status| status.success());
    if !there {
        eprintln!("skipped: this needs unshare, and user namespaces");
    }
    there
}

fn doctor(data: &Path) -> Command {
    keyrack(&["doctor"], data)
}

#[test]
fn the_doctor_shows_each_wall_and_ends_with_zero_only_if_all_are_there() {
    if !there_are_user_namespaces() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let all = run(doctor(folder.path()), "");
    assert_eq!((all.code, all.stderr.as_str()), (0, ""), "{all:?}");
    for wall in ["user namespace", "mount namespace", "network namespace", "private root", "seccomp filter", "Landlock"]
    {
        assert!(all.stdout.lines().any(|line| line.starts_with(wall)), "{wall}: {}", all.stdout);
    }
    assert!(all.stdout.ends_with("\nwalled: nodes run what their owners write\n"), "{}", all.stdout);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves nothing behind");
    // Nor does it make a data folder.
    let none = folder.path().join("none");
    assert_eq!(run(doctor(&none), "").code, 0);
    assert!(!none.exists());

    let fewer = run(without_users(&doctor(folder.path())), "");
    assert_eq!(fewer.code, 1, "{fewer:?}");
    let line = fewer.stdout.lines().find(|line| line.contains("MISSING")).unwrap();
    assert!(line.starts_with("user namespace") && line.contains("no user of their own"), "{line}");
    assert!(fewer.stdout.contains("\nnot walled: only built-in programs run"), "{fewer:?}");
    assert!(fewer.line().starts_with("keyrack: nodes are not walled: missing user namespace"), "{fewer:?}");
}

#[tokio::test]
async fn a_server_that_cannot_wall_its_nodes_says_so_and_runs_built_in_programs_only() {
    if !there_are_user_namespaces() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let command = without_users(&keyrack(&["serve", "--demo", "--listen", "127.0.0.1:0"], folder.path()));
    let (server, log) = Running::of(command);
    let mut lines = log.lines();
    let line = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("walled"))).unwrap().unwrap();
    assert!(line.contains("WARN") && line.contains("not walled: missing user namespace"), "{line}");
    let session = sign_in(&server, &password(&server)).await;
    let node = until_status(&server, &session, "my-project", 1).await;
    let page = reqwest::get(node["url"].as_str().unwrap()).await.unwrap().text().await.unwrap();
    assert!(page.contains("my-project"), "{page}");
    let id = node["id"].to_string();
    let params = [
        ("session", session.as_str()),
        ("envName", "my-project"),
        ("nodeId", &id),
        ("commandList", r#"[{"command":"touch","params":"was-here"}]"#),
    ];
    let refused = call(&server, "environment/control/rest/execcmdbyid", &params).await;
    assert_ne!(refused["result"], 0, "{refused}");
    let why = refused.to_string();
    assert!(why.contains("not walled, missing user namespace") && why.contains("keyrack doctor"), "{why}");
    assert!(!folder.path().join(format!("nodes/{id}/was-here")).exists());
}

#[tokio::test]
async fn a_server_that_walls_its_nodes_says_so() {
    if !there_are_user_namespaces() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (_server, log) = Running::start_with_log(folder.path(), &["--open-node-network"], "info");
    let lines: Vec<String> = log.lines().map_while(Result::ok).filter(|line| line.contains("nodes ")).take(2).collect();
    assert!(lines[0].contains("INFO") && lines[0].contains("nodes are walled"), "{lines:?}");
    assert!(lines[1].contains("WARN") && lines[1].contains("--open-node-network"), "{lines:?}");
}
