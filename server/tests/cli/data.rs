//! `backup`, `restore`, `migrate-data`, `--no-migrate`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use sqlx::Connection;

use crate::support::{Ended, PASSWORD, Running, connect, create_account, keyrack, run};

const EMAIL: &str = "ada@example.org";

async fn call(server: &Running, method: &str, form: &[(&str, &str)]) -> Value {
    let url = server.url(&format!("/1.0/users/authentication/rest/{method}"));
    reqwest::Client::new().post(url).form(form).send().await.unwrap().json().await.unwrap()
}

async fn sign_in(server: &Running) -> String {
    let answer = call(server, "signin", &[("login", EMAIL), ("password", PASSWORD)]).await;
    answer["session"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// A token's number and secret.
async fn create_token(server: &Running, session: &str, description: &str) -> (String, String) {
    let form = [
        ("session", session),
        ("description", description),
        ("password", PASSWORD),
        ("apiList", "environment.control.GetEnvs"),
    ];
    let answer = call(server, "createtoken", &form).await;
    (
        answer["token"]["id"].to_string(),
        answer["token"]["key"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned(),
    )
}

async fn works(server: &Running, credential: &str) -> bool {
    call(server, "checksign", &[("session", credential)]).await["result"] == 0
}

fn backup(data: &Path, file: &Path) -> Ended {
    run(keyrack(&["backup", file.to_str().unwrap()], data), "")
}

fn restore(data: &Path, file: &Path) -> Ended {
    run(keyrack(&["restore", file.to_str().unwrap()], data), "")
}

#[tokio::test]
async fn a_backup_is_made_while_the_server_runs_and_put_back_while_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("copy.db"));
    assert_eq!(create_account(&data, EMAIL).code, 0);
    let mut server = Running::start(&data, &[]);
    let session = sign_in(&server).await;
    let (kept, kept_secret) = create_token(&server, &session, "kept").await;

    let made = backup(&data, &file);
    assert_eq!((made.code, made.stderr.as_str()), (0, ""), "{made:?}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let again = backup(&data, &file);
    assert_eq!(again.code, 2);
    assert!(again.line().ends_with("copy.db is there already: name a file that is not"), "{again:?}");

    let (_, later_secret) = create_token(&server, &session, "later").await;
    let form = [("session", session.as_str()), ("ids", &kept), ("password", PASSWORD)];
    assert_eq!(call(&server, "deletetokens", &form).await["result"], 0);
    let busy = restore(&data, &file);
    assert_eq!(busy.code, 2);
    assert!(busy.line().ends_with("is used by another server"), "{busy:?}");
    assert!(works(&server, &later_secret).await);
    assert_eq!(server.stop(), 0);

    let done = restore(&data, &file);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{done:?}");
    assert!(done.stdout.starts_with("restored 1 users and 1 tokens; the audit log is whole: "), "{done:?}");
    let verified = run(keyrack(&["audit", "verify"], &data), "");
    assert_eq!(verified.code, 0, "{verified:?}");
    let server = Running::start(&data, &[]);
    assert!(works(&server, &kept_secret).await, "what was there at the backup is there again");
    assert!(!works(&server, &later_secret).await, "what came after it is not");
    assert!(!works(&server, &session).await, "no session outlives a restore");
    // The former database is still a database.
    let former = backup(&data, &folder.path().join("second.db"));
    assert_eq!(former.code, 0, "{former:?}");
    assert!(data.join("keyrack.db.before-restore").is_file());
    assert!(!data.join("keyrack.db.restoring").exists());
}

#[tokio::test]
async fn what_is_no_backup_is_not_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert_eq!(create_account(&data, EMAIL).code, 0);
    let database = data.join("keyrack.db");
    let before = std::fs::read(&database).unwrap();
    let file = |name: &str| folder.path().join(name);

    std::fs::write(file("text"), "not a database at all").unwrap();
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", file("other").display());
    let mut other = sqlx::AnyConnection::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE recipes (id INTEGER)").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    assert_eq!(backup(&data, &file("cut")).code, 0);
    let whole = std::fs::read(file("cut")).unwrap();
    std::fs::write(file("cut"), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(backup(&data, &file("forged")).code, 0);
    let url = format!("sqlite://{}", file("forged").display());
    let mut forged = sqlx::AnyConnection::connect(&url).await.unwrap();
    sqlx::query("DROP TRIGGER audit_entries_hold").execute(&mut forged).await.unwrap();
    sqlx::query("UPDATE audit SET subject = 'somebody else'").execute(&mut forged).await.unwrap();
    forged.close().await.unwrap();

    for (name, says) in [
        ("missing", "No such file"),
        ("text", "it is no SQLite file"),
        ("other", "it is a database of another program"),
        ("cut", "is no backup of Keyrack"),
        ("forged", "is broken: entry 1 was changed"),
    ] {
        let refused = restore(&data, &file(name));
        assert_eq!(refused.code, 2, "{name}: {refused:?}");
        assert!(refused.line().contains(says), "{name}: {refused:?}");
        assert_eq!(std::fs::read(&database).unwrap(), before, "{name}");
        assert!(!data.join("keyrack.db.restoring").exists(), "{name}");
    }
}

#[tokio::test]
async fn a_backup_of_an_older_or_newer_version_is_brought_up_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("copy.db"));
    assert_eq!(create_account(&data, EMAIL).code, 0);
    let mut database = connect(&data).await;
    sqlx::query(
        "UPDATE _sqlx_migrations SET version = 9999 WHERE version = (SELECT max(version) FROM _sqlx_migrations)",
    )
    .execute(&mut database)
    .await
    .unwrap();
    database.close().await.unwrap();
    assert_eq!(backup(&data, &file).code, 0, "a backup takes what is there");
    for command in ["restore", "serve"] {
        let mut args = vec![command];
        if command == "restore" {
            args.push(file.to_str().unwrap());
        } else {
            args.extend(["--listen", "127.0.0.1:0"]);
        }
        let refused = run(keyrack(&args, &data), "");
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.line().contains("was written by a newer Keyrack (schema 9999"), "{refused:?}");
    }
    let old = folder.path().join("old");
    assert_eq!(create_account(&old, EMAIL).code, 0);
    let mut database = connect(&old).await;
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version > 1").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    let refused = run(keyrack(&["serve", "--no-migrate", "--listen", "127.0.0.1:0"], &old), "");
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.line().contains("has an older schema (1; this version needs "), "{refused:?}");
}

#[tokio::test]
async fn everything_moves_to_postgresql() {
    let Ok(server) = std::env::var("KEYRACK_TEST_POSTGRES") else {
        assert!(std::env::var("CI").is_err(), "KEYRACK_TEST_POSTGRES is not set");
        return;
    };
    let name = format!("keyrack_cli_{}", std::process::id());
    let mut admin = sqlx::PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    let to = format!("{}/{name}", server.rsplit_once('/').unwrap().0);

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    assert_eq!(create_account(data, EMAIL).code, 0);
    let from = format!("sqlite://{}", data.join("keyrack.db").display());
    let mut first = Running::start(data, &[]);
    let session = sign_in(&first).await;
    let (_, secret) = create_token(&first, &session, "moves").await;
    let migrate = |from: &str, to: &str| run(keyrack(&["migrate-data", "--from", from, "--to", to], data), "");
    let busy = migrate(&from, &to);
    assert_eq!(busy.code, 2);
    assert!(busy.line().ends_with("is used by another server"), "{busy:?}");
    assert_eq!(first.stop(), 0);

    let moved = migrate(&from, &to);
    assert_eq!((moved.code, moved.stderr.as_str()), (0, ""), "{moved:?}");
    let twice = migrate(&from, &to);
    assert_eq!(twice.code, 2);
    assert!(twice.line().contains("is not empty"), "{twice:?}");
    let same = migrate(&from, &from);
    assert_eq!((same.code, same.line()), (2, "keyrack: --from and --to name the same database"));
    let strange = migrate("mysql://x", &to);
    assert!(strange.line().starts_with("keyrack: --from: the database URL must begin with"), "{strange:?}");

    let mut second = Running::start(data, &["--database", &to]);
    assert!(works(&second, &secret).await);
    assert!(works(&second, &session).await);
    assert_eq!(second.stop(), 0);
    let verified = run(keyrack(&["audit", "verify", "--database", &to], data), "");
    assert_eq!(verified.code, 0, "{verified:?}");
    let refused = run(keyrack(&["backup", "x.db", "--database", &to], data), "");
    assert!(refused.line().contains("for PostgreSQL use its own pg_dump"), "{refused:?}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut admin).await.unwrap();
}

/// For each way in which a command is given its data folder.
#[tokio::test]
async fn a_database_that_a_server_uses_is_neither_replaced_nor_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert_eq!(create_account(&at("data"), EMAIL).code, 0);
    assert_eq!(backup(&at("data"), &at("copy.db")).code, 0);
    let database = format!("sqlite://{}", at("data/keyrack.db").display());
    let mut server = Running::start(&at("data"), &[]);
    let session = sign_in(&server).await;
    std::fs::create_dir(at("elsewhere")).unwrap();

    let new = format!("sqlite://{}?mode=rwc", at("new.db").display());
    for data in ["elsewhere", "nowhere"] {
        let copy = at("copy.db");
        let restored = ["restore", copy.to_str().unwrap(), "--database", &database];
        let moved = ["migrate-data", "--from", &database, "--to", &new];
        for command in [restored.as_slice(), moved.as_slice()] {
            let busy = run(keyrack(command, &at(data)), "");
            assert_eq!(busy.code, 2, "{busy:?}");
            assert!(busy.line().contains("is used by another server"), "{busy:?}");
        }
        assert!(!at("nowhere").exists());
    }
    assert!(!at("new.db").exists());
    assert!(works(&server, &session).await);
    assert_eq!(server.stop(), 0);

    let mut command = keyrack(&["migrate-data"], &at("elsewhere"));
    command.env("KEYRACK_FROM", &database).env("KEYRACK_TO", &new);
    let moved = run(command, "");
    assert_eq!((moved.code, moved.stderr.as_str()), (0, ""), "{moved:?}");
    let mode = at("new.db").metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "it has secrets: {mode:o}");
}
