//! The database goes away under load, and comes back.

use std::time::{Duration, Instant};

use crate::support::{Database, PASSWORD, Server, two, until};

const GET: &str = "environment.control.GetEnvs";

/// Longer in `make soak`.
fn outage() -> Duration {
    let seconds = std::env::var("KEYRACK_TEST_OUTAGE").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    Duration::from_secs(seconds)
}

/// Stands between the servers and PostgreSQL; cut, it takes no connection and ends those that there are.
struct Wire {
    url: String,
    cut: tokio::sync::watch::Sender<bool>,
}

impl Wire {
    async fn to(url: &str) -> Wire {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (user, rest) = rest.rsplit_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let server = server.to_owned();
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let cut = tokio::sync::watch::Sender::new(false);
        let mut state = cut.subscribe();
        tokio::spawn(async move {
            socket.set_nonblocking(true).unwrap();
            let mut listener = Some(tokio::net::TcpListener::from_std(socket).unwrap());
            loop {
                if *state.borrow_and_update() {
                    // Nobody listens: connections are refused, as by a database that is stopped.
                    drop(listener.take());
                    state.changed().await.unwrap();
                    continue;
                }
                if listener.is_none() {
                    listener = Some(tokio::net::TcpListener::bind(address).await.unwrap());
                }
                let accepting = listener.as_ref().unwrap();
                let mut client = tokio::select! {
                    accepted = accepting.accept() => accepted.unwrap().0,
                    _ = state.changed() => continue,
                };
                let (server, mut state) = (server.clone(), state.clone());
                tokio::spawn(async move {
                    let Ok(mut there) = tokio::net::TcpStream::connect(server).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut client, &mut there) => {}
                        _ = state.wait_for(|cut| *cut) => {}
                    }
                });
            }
        });
        Wire { url: format!("{scheme}://{user}@{address}/{name}"), cut }
    }
}

#[tokio::test]
async fn calls_are_refused_at_once_and_answered_again_by_themselves() {
    let Some(database) = Database::fresh().await else { return };
    let wire = Wire::to(&database.url).await;
    let through = Database::by(&wire.url);
    let (one, other) = two(&through).await;
    let session = one.sign_in().await;
    let (_, good) = one.token(&session, GET).await;
    let (id, removed) = one.token(&session, GET).await;
    for server in [&one, &other] {
        assert_eq!((server.code(GET, &good, &[]).await, server.code(GET, &removed, &[]).await), (0, 0));
    }
    assert_eq!(
        one.code("users.authentication.DeleteTokens", &session, &[("ids", &id), ("password", PASSWORD)]).await,
        0
    );
    until("it is refused", async || other.code(GET, &removed, &[]).await == 702).await;

    wire.cut.send_replace(true);
    until("the outage shows", async || other.code(GET, &good, &[]).await == 1).await;
    let begun = Instant::now();
    let mut slowest = Duration::ZERO;
    let mut calls = 0;
    while begun.elapsed() < outage() {
        for server in [&one, &other] {
            let asked = Instant::now();
            let codes = futures::future::join_all([&good, &removed].map(|key| server.code(GET, key, &[]))).await;
            slowest = slowest.max(asked.elapsed());
            assert_eq!(codes[0], 1, "nothing is remembered while nothing can be heard");
            assert!(matches!(codes[1], 1 | 702), "{codes:?}");
            calls += codes.len();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    println!("{calls} calls without a database, the slowest took {slowest:?}");
    assert!(slowest < Duration::from_secs(5), "a refusal took {slowest:?}");
    let ready = async |server: &Server| server.request(reqwest::Method::GET, "/readyz").send().await.unwrap().status();
    assert_eq!(ready(&one).await, 503);

    wire.cut.send_replace(false);
    for server in [&one, &other] {
        until("it recovers by itself", async || server.code(GET, &good, &[]).await == 0).await;
        assert_eq!(server.code(GET, &removed, &[]).await, 702);
        assert_eq!(ready(server).await, 200);
    }
}

#[tokio::test]
async fn sqlite_serves_one_server() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("shared.db").display());
    let _one = Server::start(&url).await;
    let second = tempfile::tempdir().unwrap();
    let refused = std::process::Command::new(env!("CARGO_BIN_EXE_keyrack"))
        .args(["serve", "--listen", "127.0.0.1:0", "--database", &url, "--data"])
        .arg(second.path().join("data"))
        .output()
        .unwrap();
    let line = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{line}");
    assert!(line.contains("is used by another server"), "{line}");
    assert!(!second.path().join("data").exists(), "nothing is half-made");
}
