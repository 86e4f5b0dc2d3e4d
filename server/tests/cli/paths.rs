//! Data folders and database files with every name that the system can give.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Running, create_account, keyrack, run};

const NAMES: [&str; 14] = [
    "a b",
    "what?",
    "hash#tag",
    "a%41b",
    "%",
    "%2f",
    "a:b",
    "[x]",
    "{x}|\\^`",
    "quo\"te",
    "mode=rwc",
    "sqlite:x",
    "Wände 東",
    "~",
];

fn succeeds(args: &[&str], data: &Path) {
    let ended = run(keyrack(args, data), "correct horse battery staple\n");
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{args:?} in {data:?}: {ended:?}");
}

#[test]
fn a_data_folder_may_have_every_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in NAMES {
        let data = folder.path().join(name);
        let copy = folder.path().join(format!("{name}.copy"));
        succeeds(&["account", "create", "ada@example.org", "--password-stdin"], &data);
        assert!(data.join("keyrack.db").is_file(), "{name}");
        succeeds(&["backup", copy.to_str().unwrap()], &data);
        assert!(copy.metadata().unwrap().len() > 0, "{name}");
        succeeds(&["restore", copy.to_str().unwrap()], &data);
        succeeds(&["audit", "verify"], &data);
    }
    let (all, mut expected) = (std::fs::read_dir(folder.path()).unwrap(), Vec::new());
    let mut all: Vec<_> = all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    for name in NAMES {
        expected.extend([name.to_owned(), format!("{name}.copy")]);
    }
    all.sort();
    expected.sort();
    assert_eq!(all, expected, "nothing was made elsewhere");
}

#[test]
fn a_folder_whose_name_reads_like_another_one_does_not_touch_it() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, odd) = (folder.path().join("aAb"), folder.path().join("a%41b"));
    assert_eq!(create_account(&plain, "ada@example.org").code, 0);
    let before = std::fs::read(plain.join("keyrack.db")).unwrap();
    assert_eq!(create_account(&odd, "ada@example.org").code, 0, "it is another database");
    assert_eq!(std::fs::read(plain.join("keyrack.db")).unwrap(), before);
    // As a URL, the name is decoded once: this is the first folder, and the lock is that of the first, too.
    let _server = Running::start(&plain, &[]);
    let url = format!("sqlite://{}/a%41b/keyrack.db?mode=rwc", folder.path().display());
    let elsewhere = folder.path().join("elsewhere");
    let ended = run(keyrack(&["serve", "--listen", "127.0.0.1:0", "--database", &url], &elsewhere), "");
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.line().contains("aAb/keyrack.db is used by another server"), "{ended:?}");
}

#[test]
fn a_database_moves_between_files_whose_names_mean_something_in_a_url() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("a b");
    assert_eq!(create_account(&data, "ada@example.org").code, 0);
    let from = format!("sqlite://{}/keyrack.db", data.display());
    let to = format!("sqlite://{}/new%3f%23%25.db?mode=rwc", folder.path().display());
    succeeds(&["migrate-data", "--from", &from, "--to", &to], folder.path());
    assert!(folder.path().join("new?#%.db").is_file());
    let verified = run(keyrack(&["audit", "verify", "--database", &to], folder.path()), "");
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[test]
fn a_folder_whose_name_is_not_utf_8_is_refused_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join(OsStr::from_bytes(b"a\xffb"));
    let ended = create_account(&data, "ada@example.org");
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.line().contains("only paths that are UTF-8"), "{ended:?}");
    assert!(!data.exists());
}

#[tokio::test]
async fn environments_run_in_a_folder_with_an_odd_name() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(&folder.path().join("a b?c#d%41:e[f]'\"$HOME"), &["--demo"]);
    let password = server.greeting.iter().find_map(|line| line.strip_prefix("  Password")).unwrap().trim().to_owned();
    let call = async |path: &str, form: &[(&str, &str)]| -> Value {
        reqwest::Client::new().post(server.url(path)).form(form).send().await.unwrap().json().await.unwrap()
    };
    let form = [("login", "demo@keyrack.local"), ("password", password.as_str())];
    let session = call("/1.0/users/authentication/rest/signin", &form).await;
    let form = [("session", session["session"].as_str().unwrap())];
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let list = call("/1.0/environment/control/rest/getenvs", &form).await;
        if list["infos"][0]["env"]["status"] == 1 {
            break;
        }
        assert!(Instant::now() < until, "it does not run: {list}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
