//! What the machine and its visitors can do to a server: clear errors, the others are served, and it goes on by itself.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;

use crate::support::{PASSWORD, Running, create_account, keyrack, run};

const EMAIL: &str = "ada@example.org";

async fn post(server: &Running, method: &str, form: &[(&str, &str)]) -> Value {
    let url = server.url(&format!("/1.0/users/authentication/rest/{method}"));
    reqwest::Client::new().post(url).form(form).send().await.unwrap().json().await.unwrap()
}

async fn sign_in(server: &Running) -> String {
    let answer = post(server, "signin", &[("login", EMAIL), ("password", PASSWORD)]).await;
    answer["session"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn create_token(server: &Running, session: &str, description: &str) -> Value {
    let form = [
        ("session", session),
        ("description", description),
        ("password", PASSWORD),
        ("apiList", "environment.control.GetEnvs"),
    ];
    post(server, "createtoken", &form).await
}

/// A file system of its own that is soon full; unmounted when the test is over.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this test may not mount.
    fn mount(at: &Path) -> Option<SmallDisk> {
        fs::create_dir(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "keyrack-test"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| SmallDisk(at.to_owned()))
    }

    /// Leaves no byte free; removing the file makes room again.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut filler = File::create(&path).unwrap();
        for size in [1 << 16, 1] {
            while filler.write_all(&vec![0; size]).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_stops_changes_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let Some(disk) = SmallDisk::mount(&data) else {
        assert!(std::env::var("CI").is_err(), "this test has to mount a file system");
        return;
    };
    assert_eq!(create_account(&data, EMAIL).code, 0);
    let mut server = Running::start(&data, &[]);
    let session = sign_in(&server).await;
    let made = create_token(&server, &session, "before").await;
    let secret = made["token"]["key"].as_str().unwrap_or_else(|| panic!("{made}"));

    let filler = disk.fill();
    // The database's log may still have room that was freed before; the next changes find none.
    let mut count = 0;
    let refused = loop {
        let answer = create_token(&server, &session, "full").await;
        if answer["result"] != 0 {
            break answer;
        }
        count += 1;
        assert!(count < 100, "the disk is not full");
    };
    assert_eq!(refused["result"], 1, "{refused}");
    assert_eq!(refused["error"], "the server cannot do this right now; try again shortly");
    for credential in [secret, &session] {
        assert_eq!(post(&server, "checksign", &[("session", credential)]).await["result"], 0);
    }
    let listed = post(&server, "gettokens", &[("session", session.as_str())]).await;
    assert_eq!(listed["apiTokens"].as_array().unwrap().len(), 1 + count, "nothing is half-written: {listed}");
    assert_eq!(reqwest::get(server.url("/signin")).await.unwrap().status(), 200);

    fs::remove_file(filler).unwrap();
    let after = create_token(&server, &session, "after").await;
    assert_eq!(after["result"], 0, "it goes on by itself: {after}");
    assert_eq!(server.stop(), 0);
    let verified = run(keyrack(&["audit", "verify"], &data), "");
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[tokio::test]
async fn ten_thousand_idle_and_slow_connections_do_not_keep_the_others_from_being_served() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    let most = limit.maximum.map_or(10_000, |most| usize::try_from(most.saturating_sub(200)).unwrap().min(10_000));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(create_account(folder.path(), EMAIL).code, 0);
    let server = Running::start(folder.path(), &[]);
    let mut connections = Vec::with_capacity(most);
    for number in 0..most {
        let mut stream = TcpStream::connect(&server.address).unwrap_or_else(|error| panic!("{number}: {error}"));
        if number % 2 == 0 {
            stream.write_all(b"POST /1.0/users/authentication/rest/signin HTT").unwrap();
        }
        connections.push(stream);
    }
    let mut slow = TcpStream::connect(&server.address).unwrap();
    slow.write_all(b"POST /1.0/users/authentication/rest/signin HTT").unwrap();
    let session = sign_in(&server).await;
    assert_eq!(create_token(&server, &session, "beside them").await["result"], 0);
    // Who is only slow gets an answer.
    slow.write_all(b"P/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(r#""result":3"#), "{answer}");
}

#[tokio::test]
async fn bodies_of_a_hundred_megabytes_take_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &[]);
    let send = |path: &'static str| {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        std::thread::spawn(move || {
            const SIZE: usize = 100 << 20;
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {SIZE}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).unwrap();
            let block = vec![b'a'; 1 << 20];
            for _ in 0..SIZE >> 20 {
                // A server that has answered already need not listen any longer.
                if stream.write_all(&block).is_err() {
                    break;
                }
            }
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        })
    };
    let api = "/1.0/users/authentication/rest/checksign";
    let sending: Vec<_> =
        [api, "/signin", api, "/fn/account/sign-in"].into_iter().map(|path| (path, send(path))).collect();
    let client = reqwest::Client::new();
    assert_eq!(client.get(server.url("/healthz")).send().await.unwrap().status(), 200);
    for (path, thread) in sending {
        let answer = thread.join().unwrap();
        if path == api && !answer.is_empty() {
            assert!(answer.contains("the body is larger than"), "{path}: {answer}");
        }
    }
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid().as_raw_nonzero())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 200 << 10, "the server took {peak} KiB for bodies that it does not want");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ending_under_load_cuts_no_answer_and_loses_no_acknowledged_change() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(create_account(folder.path(), EMAIL).code, 0);
    let mut server = Running::start(folder.path(), &["--token-limit", "100000"]);
    let session = sign_in(&server).await;
    let ending = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..8)
        .map(|number| {
            let (session, ending) = (session.clone(), ending.clone());
            let url = server.url("/1.0/users/authentication/rest/");
            tokio::spawn(async move {
                let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
                let mut acknowledged = Vec::new();
                loop {
                    let form = [
                        ("session", session.as_str()),
                        ("description", "under load"),
                        ("password", PASSWORD),
                        ("apiList", "environment.control.GetEnvs"),
                    ];
                    let method = if number % 2 == 0 { "createtoken" } else { "checksign" };
                    let Ok(response) = client.post(format!("{url}{method}")).form(&form).send().await else {
                        assert!(ending.load(Ordering::SeqCst), "refused before the end");
                        return acknowledged;
                    };
                    // An answer that has begun comes whole.
                    let answer: Value = response.json().await.expect("a whole answer");
                    if let Some(secret) = answer["token"]["key"].as_str() {
                        acknowledged.push(secret.to_owned());
                    } else {
                        assert!([0, 1].contains(&answer["result"].as_i64().unwrap()), "{answer}");
                    }
                }
            })
        })
        .collect();
    // Under way when some changes are acknowledged.
    loop {
        let listed = post(&server, "gettokens", &[("session", session.as_str())]).await;
        if listed["apiTokens"].as_array().unwrap().len() >= 8 {
            break;
        }
    }
    ending.store(true, Ordering::SeqCst);
    assert_eq!(server.stop(), 0);
    let mut acknowledged = Vec::new();
    for caller in callers {
        acknowledged.extend(caller.await.unwrap());
    }
    assert!(acknowledged.len() >= 8, "{}", acknowledged.len());
    let again = Running::start(folder.path(), &[]);
    for secret in &acknowledged {
        assert_eq!(
            post(&again, "checksign", &[("session", secret)]).await["result"],
            0,
            "an acknowledged token is gone"
        );
    }
}
