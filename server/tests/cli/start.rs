//! What keeps the server from starting: one clear line, exit code 2, nothing half-made.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;

use sqlx::Connection;

use crate::support::{Running, connect, create_account, keyrack, run};

fn refused(args: &[&str], data: &Path) -> String {
    let ended = run(keyrack(args, data), "");
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(ended.stdout, "");
    ended.line().to_owned()
}

#[test]
fn wrong_options_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for (args, text) in [
        (&["serve", "--nonsense"] as &[_], "keyrack: unexpected argument '--nonsense' found"),
        (&["serve", "--listen", "here"], "keyrack: invalid value 'here' for '--listen <ADDR:PORT>'"),
        (&["serve", "--log", "xml"], "keyrack: invalid value 'xml' for '--log <LOG>' [possible values: text, json]"),
        (&["serve", "--session-idle", "long"], "keyrack: invalid value 'long' for '--session-idle <SPAN>'"),
        (&["serve", "--public-url", "keys"], "keyrack: invalid value 'keys' for '--public-url <URL>'"),
        (
            &["serve", "--trusted-proxy", "10.0.0.0/99"],
            "keyrack: invalid value '10.0.0.0/99' for '--trusted-proxy <CIDR>'",
        ),
        (
            &["serve", "--trusted-proxy", "proxy.example.org"],
            "keyrack: invalid value 'proxy.example.org' for '--trusted-proxy <CIDR>'",
        ),
        (&["serve", "--token-limit", "0"], "keyrack: invalid value '0' for '--token-limit <COUNT>'"),
        (
            &["serve", "--smtp", "smtp://127.0.0.1:25"],
            "keyrack: the following required arguments were not provided: --smtp-from <ADDRESS>",
        ),
        (&["serve", "--second-factor-covers", "x"], "keyrack: invalid value 'x' for '--second-factor-covers <SPAN>'"),
        (&["serve", "--invitation-lifetime", "0s"], "keyrack: invalid value '0s' for '--invitation-lifetime <SPAN>'"),
        (&["serve", "--upload-limit", "5"], "keyrack: invalid value '5' for '--upload-limit <SIZE>'"),
        (&["serve", "--upload-space", "0GiB"], "keyrack: invalid value '0GiB' for '--upload-space <SIZE>'"),
        (&["serve", "--node-ports", "9-8"], "keyrack: invalid value '9-8' for '--node-ports <FIRST-LAST>'"),
        (
            &["account", "create"],
            "keyrack: the following required arguments were not provided: --password-stdin <EMAIL>",
        ),
        (&["dance"], "keyrack: unrecognized subcommand 'dance'"),
    ] {
        let line = refused(args, &data);
        assert!(line.starts_with(text), "{args:?}: {line}");
    }
    assert!(!data.exists(), "nothing is made");
}

#[test]
fn a_mail_server_that_cannot_be_meant_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for (url, from, text) in [
        ("http://a", "keyrack@example.org", "keyrack: the SMTP URL cannot be used: "),
        ("nonsense", "keyrack@example.org", "keyrack: the SMTP URL cannot be used: "),
        ("smtp://127.0.0.1:25", "nobody", "keyrack: “nobody” is not a sender's address: "),
    ] {
        let args = ["serve", "--listen", "127.0.0.1:0", "--smtp", url, "--smtp-from", from];
        let line = refused(&args, &data);
        assert!(line.starts_with(text), "{line}");
        assert!(!data.exists(), "nothing is made");
    }
}

#[test]
fn a_port_that_is_in_use_is_named_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = refused(&["serve", "--listen", &address], &data);
    assert_eq!(line, format!("keyrack: cannot listen on {address}: Address already in use (os error 98)"));
    assert!(!data.exists());
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let args = ["serve", "--listen", "127.0.0.1:0"];
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for data in [file.clone(), file.join("below"), folder.path().join("no/such/parent")] {
        let line = refused(&args, &data);
        assert!(line.starts_with(&format!("keyrack: the data folder {} cannot be made: ", data.display())), "{line}");
    }
    // The permission of a folder does not stop root, so it is tried as somebody else; that needs root.
    let as_nobody = |data: &Path| {
        let mut command = keyrack(&args, data);
        if rustix::process::geteuid().is_root() {
            command.uid(65_534).gid(65_534);
        } else {
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
        }
        run(command, "")
    };
    let ended = as_nobody(folder.path());
    assert_eq!(ended.code, 2, "{ended:?}");
    let text = format!("keyrack: the data folder {} cannot be written to: ", folder.path().display());
    assert!(ended.line().starts_with(&text), "{ended:?}");
    let ended = as_nobody(&folder.path().join("new"));
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.line().contains("cannot be made: Permission denied"), "{ended:?}");
}

#[test]
fn one_folder_is_for_one_server() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Running::start(folder.path(), &[]);
    let line = refused(&["serve", "--listen", "127.0.0.1:0"], folder.path());
    assert_eq!(line, format!("keyrack: the data folder {} is used by another server", folder.path().display()));
}

#[test]
fn a_database_out_of_reach_is_named_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let listen = ["serve", "--listen", "127.0.0.1:0", "--database"];
    for (url, text) in [
        ("mysql://localhost/keyrack", "keyrack: the database URL must begin with sqlite:// or postgres://"),
        ("sqlite:///no/such/folder/keyrack.db?mode=rwc", "keyrack: the database cannot be reached: "),
        ("postgres://keyrack:topsecret@127.0.0.1:1/keyrack", "keyrack: the database cannot be reached: "),
    ] {
        let line = refused(&[listen[0], listen[1], listen[2], listen[3], url], &data);
        assert!(line.starts_with(text), "{line}");
        assert!(!line.contains("topsecret"), "{line}");
        assert!(!data.exists(), "nothing is made for {url}");
    }
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keyrack.db");
    std::fs::write(&file, "this is no database, but somebody may need it").unwrap();
    let line = refused(&["serve", "--listen", "127.0.0.1:0"], folder.path());
    assert!(
        line.starts_with("keyrack: the database cannot be reached: ") && line.ends_with("file is not a database"),
        "{line}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "this is no database, but somebody may need it");
}

#[test]
fn a_database_that_another_program_holds_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(create_account(folder.path(), "ada@example.org").code, 0);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _held = runtime.block_on(async {
        let mut database = connect(folder.path()).await;
        sqlx::query("PRAGMA locking_mode = EXCLUSIVE").execute(&mut database).await.unwrap();
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut database).await.unwrap();
        database
    });
    let line = refused(&["serve", "--listen", "127.0.0.1:0"], folder.path());
    assert_eq!(line, "keyrack: the database is locked by another program");
}

#[test]
fn a_database_of_a_newer_server_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(create_account(folder.path(), "ada@example.org").code, 0);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut database = connect(folder.path()).await;
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'from the future', 1, x'00', 0)",
        )
        .execute(&mut database)
        .await
        .unwrap();
        database.close().await.unwrap();
    });
    for args in [&["serve", "--listen", "127.0.0.1:0"] as &[_], &["audit", "verify"]] {
        let line = refused(args, folder.path());
        assert!(line.starts_with("keyrack: the database was written by a newer Keyrack (schema 9999; "), "{line}");
    }
}
