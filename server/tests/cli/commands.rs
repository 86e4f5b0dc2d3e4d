//! `account create` and `audit verify`.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Connection;

use crate::support::{PASSWORD, Running, connect, create_account, keyrack, run};

#[test]
fn an_account_is_made_while_no_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let ended = create_account(&data, "Ada@Example.org");
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "made user 1 with account 1\n"), "{ended:?}");
    let again = create_account(&data, "ada@example.org");
    assert_eq!(again.code, 1);
    assert_eq!(again.line(), "keyrack: there is a user with the e-mail address ada@example.org already");
}

#[tokio::test]
async fn a_byte_order_mark_before_a_password_is_no_part_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let password = format!("\u{feff}{PASSWORD}\r\n");
    let made = run(keyrack(&["account", "create", "ada@example.org", "--password-stdin"], folder.path()), &password);
    assert_eq!(made.code, 0, "{made:?}");
    let server = Running::start(folder.path(), &[]);
    let signin = server.url("/1.0/users/authentication/rest/signin");
    let sign_in = async |password: &str| -> serde_json::Value {
        let form = [("login", "ada@example.org"), ("password", password)];
        reqwest::Client::new().post(&signin).form(&form).send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(sign_in(PASSWORD).await["result"], 0);
    let new = format!("\u{feff}{PASSWORD} two\n");
    let reset =
        run(keyrack(&["account", "reset-password", "ada@example.org", "--password-stdin"], folder.path()), &new);
    assert_eq!(reset.code, 0, "{reset:?}");
    assert_eq!(sign_in(&format!("{PASSWORD} two")).await["result"], 0);
}

#[test]
fn what_cannot_be_taken_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for (email, password) in [("ada@example.org", "short"), ("ada@example.org", ""), ("nonsense", PASSWORD)] {
        let ended = run(keyrack(&["account", "create", email, "--password-stdin"], &data), password);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(!ended.line().is_empty());
    }
}

#[tokio::test]
async fn an_account_is_made_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &[]);
    assert_eq!(create_account(folder.path(), "ada@example.org").code, 0);
    let form = [("login", "ada@example.org"), ("password", PASSWORD)];
    let signin = server.url("/1.0/users/authentication/rest/signin");
    let answer: serde_json::Value =
        reqwest::Client::new().post(signin).form(&form).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["result"], 0, "{answer}");
}

#[tokio::test]
async fn a_password_is_reset_while_the_server_runs_and_its_sessions_end() {
    let folder = tempfile::tempdir().unwrap();
    let reset = |email: &str, password: &str| {
        run(keyrack(&["account", "reset-password", email, "--password-stdin"], folder.path()), password)
    };
    let missing = reset("ada@example.org", PASSWORD);
    assert_eq!(missing.code, 2);
    assert!(missing.line().starts_with("keyrack: there is no database "), "{missing:?}");

    let server = Running::start(folder.path(), &[]);
    assert_eq!(create_account(folder.path(), "ada@example.org").code, 0);
    let call = async |method: &str, form: &[(&str, &str)]| {
        let url = server.url(&format!("/1.0/users/authentication/rest/{method}"));
        let answer = reqwest::Client::new().post(url).form(form).send().await.unwrap();
        answer.json::<serde_json::Value>().await.unwrap()
    };
    let session = call("signin", &[("login", "ada@example.org"), ("password", PASSWORD)]).await;
    let session = session["session"].as_str().unwrap();
    assert_eq!(call("checksign", &[("session", session)]).await["result"], 0);

    for (email, password) in [("bob@example.org", PASSWORD), ("ada@example.org", "short")] {
        let refused = reset(email, password);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(!refused.line().is_empty());
    }
    let done = reset("Ada@Example.org", "four unlikely companions walking\n");
    assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{done:?}");
    let new = [("login", "ada@example.org"), ("password", "four unlikely companions walking")];
    assert_eq!(call("signin", &new).await["result"], 0);
    // The server remembers sessions; it hears of the reset within a second or so.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while call("checksign", &[("session", session)]).await["result"] != 702 {
        assert!(std::time::Instant::now() < until, "the session goes on");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_audit_log_is_whole_until_somebody_changes_it() {
    let folder = tempfile::tempdir().unwrap();
    let verify = || run(keyrack(&["audit", "verify"], folder.path()), "");
    let missing = verify();
    assert_eq!(missing.code, 2);
    assert!(missing.line().starts_with("keyrack: there is no database "), "{missing:?}");
    for email in ["ada@example.org", "bob@example.org", "eve@example.org"] {
        create_account(folder.path(), email);
    }
    let whole = verify();
    let told = whole.stdout.strip_prefix("the audit log is whole: 3 entries\nthe last one is entry 3 with the hash ");
    let hash = told.unwrap_or_else(|| panic!("{whole:?}")).trim_end();
    assert!(whole.code == 0 && hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{whole:?}");

    let mut database = connect(folder.path()).await;
    sqlx::query("DROP TRIGGER audit_entries_hold").execute(&mut database).await.unwrap();
    sqlx::query("UPDATE audit SET subject = 'somebody else' WHERE id = 2").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    let broken = verify();
    assert_eq!(broken.code, 1);
    assert!(broken.line().starts_with("keyrack: the audit log is broken: entry 2 was changed"), "{broken:?}");
}

#[test]
fn help_and_version_are_no_failures() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(keyrack(&["serve", "--help"], folder.path()), "");
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("KEYRACK_LISTEN") && help.stdout.contains("KEYRACK_DATABASE"), "{}", help.stdout);
}

#[test]
fn the_readme_lists_every_option_of_serve_with_its_default() {
    const README: &str = include_str!("../../../README.md");
    let folder = tempfile::tempdir().unwrap();
    let help = run(keyrack(&["serve", "--help"], folder.path()), "").stdout;
    let listed: BTreeMap<_, _> = README
        .lines()
        .filter(|line| line.starts_with("| `--"))
        .flat_map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let options =
                cells[1].split(", ").map(|option| option.trim_matches('`').split(' ').next().unwrap().to_owned());
            let defaults: Vec<_> = cells[2].split(", ").map(|default| default.trim_matches('`').to_owned()).collect();
            options
                .enumerate()
                .map(move |(at, option)| (option, defaults[at.min(defaults.len() - 1)].clone()))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut told = BTreeSet::new();
    for option in help.split("\n      --").skip(1) {
        let name = format!("--{}", option.split([' ', '\n']).next().unwrap());
        let default = option.split("[default: ").nth(1).map(|rest| rest.split(']').next().unwrap());
        let in_readme =
            listed.get(&name).unwrap_or_else(|| panic!("{name} is missing from the table of options in README.md"));
        // What is computed is told in words.
        if let Some(default) = default.filter(|default| !default.contains(' ')) {
            assert_eq!(in_readme, default, "the default of {name} in the table of options in README.md");
        }
        told.insert(name);
    }
    let unknown: Vec<_> = listed.keys().filter(|name| !told.contains(*name)).collect();
    assert!(unknown.is_empty(), "README.md lists what `keyrack serve` does not have: {unknown:?}");
}
