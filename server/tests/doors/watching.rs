//! What whoever watches over the server sees: `/healthz`, `/readyz`, `/metrics`, the audit log.

use axum::body::Body;
use http::Request;

use crate::support::Server;

const CHECK: &str = "users.authentication.CheckSign";

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn calls_and_unknown_credentials_are_counted() {
    let server = Server::start().await;
    server.owner().await.get(CHECK, &[]).await;
    server.bearer("garbage").get(CHECK, &[]).await;
    let text = server.send(get("/metrics")).await.text;
    for line in [
        r#"keyrack_api_calls_total{method="users.authentication.CheckSign",code="0"} 1"#,
        r#"keyrack_api_calls_total{method="users.authentication.CheckSign",code="702"} 1"#,
        "keyrack_unknown_credentials_total 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn it_is_told_whether_callers_were_remembered_or_looked_up() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    let nobodys = "1x00000000000000000000000000000000";
    let found = async || {
        let text = server.send(get("/metrics")).await.text;
        ["remembered", "remembered_as_nobodys", "shared", "database"].map(|found| {
            let start = format!("keyrack_credentials_total{{found=\"{found}\"}} ");
            let count = text.lines().find_map(|line| line.strip_prefix(&start));
            count.unwrap_or_else(|| panic!("{start}\n{text}")).parse::<u64>().unwrap()
        })
    };
    let before = found().await;
    for _ in 0..3 {
        token.get(CHECK, &[]).await;
    }
    server.bearer(nobodys).get(CHECK, &[]).await;
    server.bearer(nobodys).get(CHECK, &[]).await;
    server.bearer("garbage").get(CHECK, &[]).await;
    let after = found().await;
    // The first call of each is a look-up; garbage has not the form of a credential.
    assert_eq!(std::array::from_fn(|at| after[at] - before[at]), [2, 1, 0, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_and_what_waits_are_told_while_the_database_answers() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:latest"}}]"#;
    let made = owner
        .post("environment.control.CreateEnvironment", &[("env", r#"{"shortdomain":"watched"}"#), ("nodes", nodes)])
        .await;
    assert_eq!(made["result"], 0, "{made}");
    let text = server.send(get("/metrics")).await.text;
    for start in [r#"keyrack_environments{status="#, "keyrack_mails_waiting 0", "keyrack_flush_age_seconds "] {
        assert!(text.lines().any(|found| found.starts_with(start)), "{start}\n{text}");
    }
    server.keyrack.close().await;
    let text = server.send(get("/metrics")).await.text;
    assert!(text.contains("keyrack_api_calls_total") && !text.contains("keyrack_environments"), "{text}");
}

#[tokio::test]
async fn it_says_that_it_is_alive_and_able_to_answer() {
    let server = Server::start().await;
    assert_eq!(server.send(get("/healthz")).await.status, 200);
    assert_eq!(server.send(get("/readyz")).await.status, 200);
    server.keyrack.close().await;
    assert_eq!(server.send(get("/healthz")).await.status, 200);
    assert_eq!(server.send(get("/readyz")).await.status, 503);
    assert_eq!(server.bearer("1x00000000000000000000000000000000").code(CHECK, &[]).await, 1);
}

#[tokio::test]
async fn refusals_of_known_callers_are_in_the_audit_log_and_strangers_are_not() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    let before = server.audit().await.len();
    for _ in 0..3 {
        token.get("users.authentication.GetSessions", &[]).await;
        server.bearer("garbage").get(CHECK, &[]).await;
        server.anonymous().get(CHECK, &[]).await;
    }
    let entries = server.audit().await.split_off(before);
    assert_eq!(
        entries,
        ["user:1 ada@example.org by token:1 api.call method:users.authentication.GetSessions \
             refused: 8202 the token has no permission to call users.authentication.GetSessions {\"times\":3}"]
    );
}

#[tokio::test]
async fn ever_new_names_make_one_entry_in_which_none_of_them_stands() {
    let server = Server::with_environments().await;
    let token = server.token("environment.control.GetEnvInfo").await;
    let before = server.audit().await.len();
    for number in 0..200 {
        let name = format!("never-{number}");
        assert_eq!(token.code("environment.control.GetEnvInfo", &[("envName", &name)]).await, 11);
    }
    let entries = server.audit().await.split_off(before);
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert!(entries[0].contains("method:environment.control.GetEnvInfo refused: 11 "), "{entries:?}");
    assert!(entries[0].contains(r#""times":200"#) && !entries[0].contains("never"), "{entries:?}");
}

#[tokio::test]
async fn what_a_known_caller_sends_does_not_fill_the_audit_log() {
    let server = Server::with_environments().await;
    let token = server.token("environment.control.StopEnv").await;
    let name = "ä".repeat(100_000);
    let answer = token.post("environment.control.StopEnv", &[("envName", &name)]).await;
    assert_ne!(answer["result"], 0);
    let longest = server.audit().await.iter().map(String::len).max().unwrap();
    assert!(longest < 2000, "{longest}");
}
