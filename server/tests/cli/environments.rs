//! Real environments under the real server: what happens to them when it stops, and when it is killed.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};
use serde_json::Value;

use crate::support::Running;

pub async fn call(server: &Running, path: &str, params: &[(&str, &str)]) -> Value {
    let url = server.url(&format!("/1.0/{path}"));
    reqwest::Client::new().post(url).form(params).send().await.unwrap().json().await.unwrap()
}

/// An API session of the demo account.
pub async fn sign_in(server: &Running, password: &str) -> String {
    let params = [("login", "demo@keyrack.local"), ("password", password)];
    let answer = call(server, "users/authentication/rest/signin", &params).await;
    answer["session"].as_str().unwrap_or_else(|| panic!("a session: {answer}")).to_owned()
}

pub fn password(server: &Running) -> String {
    server.greeting.iter().find_map(|line| line.strip_prefix("  Password")).unwrap().trim().to_owned()
}

/// Waits until the environment has this status; answers its first node.
pub async fn until_status(server: &Running, session: &str, name: &str, status: i64) -> Value {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let params = [("session", session), ("envName", name)];
        let info = call(server, "environment/control/rest/getenvinfo", &params).await;
        if info["env"]["status"] == status {
            return info["nodes"][0].clone();
        }
        assert!(Instant::now() < until, "not in time: {info}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn answers(url: &str) -> bool {
    reqwest::get(url).await.is_ok()
}

/// The living processes that a server with this data folder started: those of its nodes have their folders as homes.
fn processes_of(data: &Path) -> Vec<i32> {
    let home = format!("HOME={}/nodes/", data.canonicalize().unwrap().display());
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| {
            let environ = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            String::from_utf8_lossy(&environ).contains(&home)
        })
        .collect()
}

async fn until_no_process(data: &Path) {
    let until = Instant::now() + Duration::from_secs(20);
    while !processes_of(data).is_empty() {
        assert!(Instant::now() < until, "left behind: {:?}", processes_of(data));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn environments_stop_with_the_server_and_run_again_with_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start(folder.path(), &["--demo"]);
    let password = password(&server);
    let session = sign_in(&server, &password).await;
    let node = until_status(&server, &session, "my-project", 1).await;
    let url = node["url"].as_str().unwrap();
    let page = reqwest::get(url).await.unwrap().text().await.unwrap();
    assert!(page.contains("my-project") && page.contains("latest"), "{page}");
    assert_eq!(server.stop(), 0);
    assert!(!answers(url).await);
    assert_eq!(processes_of(folder.path()), [0; 0]);

    let mut again = Running::start(folder.path(), &[]);
    let session = sign_in(&again, &password).await;
    assert_eq!(until_status(&again, &session, "my-project", 1).await["url"], url);
    assert!(answers(url).await);
    let params = [("session", session.as_str()), ("envName", "my-project")];
    let stopped = call(&again, "environment/control/rest/stopenv", &params).await;
    assert_eq!(stopped, serde_json::json!({"result": 0}));
    assert!(!answers(url).await);
    assert_eq!(again.stop(), 0);

    let last = Running::start(folder.path(), &[]);
    let session = sign_in(&last, &password).await;
    until_status(&last, &session, "my-project", 2).await;
    assert!(!answers(url).await, "what was stopped stays stopped");
}

#[tokio::test]
async fn a_killed_server_leaves_no_process_and_the_next_one_takes_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start(folder.path(), &["--demo"]);
    let password = password(&server);
    for round in 0..3 {
        let session = sign_in(&server, &password).await;
        let node = until_status(&server, &session, "my-project", 1).await;
        assert!(answers(node["url"].as_str().unwrap()).await);
        assert!(!processes_of(folder.path()).is_empty());
        if round == 1 {
            // In mid-change: nobody waits for this answer.
            let url = server.url("/1.0/environment/control/rest/restartnodes");
            let form = [("session", session), ("envName", "my-project".to_owned())];
            tokio::spawn(async move { reqwest::Client::new().post(url).form(&form).send().await });
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        kill_process(server.pid(), Signal::KILL).unwrap();
        server.wait();
        if round == 2 {
            until_no_process(folder.path()).await;
        }
        server = Running::start(folder.path(), &[]);
    }
    let session = sign_in(&server, &password).await;
    let node = until_status(&server, &session, "my-project", 1).await;
    assert!(answers(node["url"].as_str().unwrap()).await);
    kill_process(server.pid(), Signal::KILL).unwrap();
    server.wait();
    until_no_process(folder.path()).await;
}

#[tokio::test]
async fn a_node_serves_its_files_and_only_those() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &["--demo"]);
    let session = sign_in(&server, &password(&server)).await;
    let node = until_status(&server, &session, "my-project", 1).await;
    let url = node["url"].as_str().unwrap();
    let home = folder.path().join(format!("nodes/{}", node["id"]));
    std::fs::create_dir(home.join("www")).unwrap();
    std::fs::write(home.join("www/hello.txt"), "hello").unwrap();
    std::fs::write(home.join("secret.txt"), "not for visitors").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", home.join("www/link.txt")).unwrap();
    let get = async |path: &str| {
        let reply = reqwest::get(format!("{url}{path}")).await.unwrap();
        (reply.status().as_u16(), reply.text().await.unwrap())
    };
    assert_eq!(get("/hello.txt").await, (200, "hello".to_owned()));
    for path in ["/secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//etc/passwd", "/%00", "/nosuch"] {
        let (status, text) = get(path).await;
        assert!(status >= 400 && !text.contains("not for visitors"), "{path}: {status} {text}");
    }
    // Links lead nowhere out of the folder, not to files that the node itself could read either.
    std::os::unix::fs::symlink("../secret.txt", home.join("www/beside.txt")).unwrap();
    std::os::unix::fs::symlink("../../..", home.join("www/out")).unwrap();
    std::os::unix::fs::symlink("/proc/self", home.join("www/proc")).unwrap();
    std::os::unix::fs::symlink("hello.txt", home.join("www/inside.txt")).unwrap();
    for path in ["/link.txt", "/beside.txt", "/out/keyrack.db", "/out/", "/proc/environ", "/proc/"] {
        assert_eq!(get(path).await.0, 404, "{path}");
    }
    assert_eq!(get("/inside.txt").await, (200, "hello".to_owned()));
    assert!(get("/").await.1.contains("my-project"));
    std::fs::write(home.join("www/index.html"), "own page").unwrap();
    assert_eq!(get("/").await.1, "own page");
    assert!(get("/.keyrack").await.1.contains("my-project"));
}

#[tokio::test]
async fn nodes_get_the_ports_and_uploads_the_limits_that_the_operator_chose() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--demo", "--node-ports", "28500-28599", "--upload-limit", "1MiB", "--upload-space", "2MiB"];
    let server = Running::start(folder.path(), &options);
    let session = sign_in(&server, &password(&server)).await;
    let node = until_status(&server, &session, "my-project", 1).await;
    let url: reqwest::Url = node["url"].as_str().unwrap().parse().unwrap();
    assert!((28_500..28_600).contains(&url.port().unwrap()), "{url}");
    let upload = async |size: usize| -> Value {
        let part = |disposition: &str, value: &[u8]| {
            let head = format!("--XyZ\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
            [head.as_bytes(), value, b"\r\n"].concat()
        };
        let session = part("name=\"session\"", session.as_bytes());
        let file = part("name=\"file\"; filename=\"a.zip\"", &vec![0; size]);
        let request = reqwest::Client::new().post(server.url("/1.0/storage/uploader/rest/upload"));
        let request = request.header("Content-Type", "multipart/form-data; boundary=XyZ");
        request.body([session, file, b"--XyZ--\r\n".to_vec()].concat()).send().await.unwrap().json().await.unwrap()
    };
    for size in [1 << 20, 1 << 20] {
        assert_eq!(upload(size).await["result"], 0);
    }
    let larger = upload((1 << 20) + 1).await;
    assert_eq!(larger["result"], 2338, "{larger}");
    let full = upload(1).await;
    assert_eq!(full["result"], 2338, "{full}");
    assert!(full["error"].as_str().unwrap().contains("can keep 2 MiB"), "{full}");
}
