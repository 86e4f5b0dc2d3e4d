//! The log of the running server: which fields a line has, and what no line has.

use std::io::BufRead;

use serde_json::Value;
use sqlx::Executor;

use crate::support::{PASSWORD, Running, connect, create_account};

const EMAIL: &str = "ada@example.org";

async fn call(server: &Running, method: &str, params: &[(&str, &str)]) -> Value {
    let url = server.url(&format!("/1.0/{}", method.replacen('.', "/", 1).replacen('.', "/rest/", 1)));
    let request = reqwest::Client::new().post(url).header("x-request-id", format!("of-{method}"));
    request.form(params).send().await.unwrap().json().await.unwrap()
}

async fn sign_in(server: &Running) -> String {
    let answer = call(server, "users.authentication.Signin", &[("login", EMAIL), ("password", PASSWORD)]).await;
    answer["session"].as_str().unwrap().to_owned()
}

/// A server with an account, a session, and a token that opens one method.
async fn with_token(
    folder: &std::path::Path,
    args: &[&str],
    level: &str,
) -> (Running, impl BufRead + use<>, String, String) {
    create_account(folder, EMAIL);
    let (server, log) = Running::start_with_log(folder, args, level);
    let session = sign_in(&server).await;
    let params = [
        ("session", session.as_str()),
        ("password", PASSWORD),
        ("description", "x"),
        ("apiList", "users.account.GetUserInfo"),
    ];
    let token = call(&server, "users.authentication.CreateToken", &params).await;
    let key = token["token"]["key"].as_str().unwrap().to_owned();
    (server, log, session, key)
}

/// The fields of a line that say what it belongs to, in the order in which they are written.
fn fields(form: &str, line: &str) -> Vec<(String, String)> {
    let names = ["request", "task", "server", "method", "account"];
    if form == "json" {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let given = names.iter().filter_map(|name| line.get(name).map(|value| (name, value)));
        return given
            .map(|(name, value)| (name.to_string(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
    }
    let words = line.split(' ').filter_map(|word| word.split_once('='));
    words.filter(|(name, _)| names.contains(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn expected(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

#[tokio::test]
async fn the_line_of_a_failing_call_names_request_method_and_account_in_both_forms() {
    for form in ["text", "json"] {
        let folder = tempfile::tempdir().unwrap();
        let (mut server, log, session, key) = with_token(folder.path(), &["--log", form], "info").await;
        let refused = call(&server, "users.authentication.GetSessions", &[("session", &key)]).await;
        assert_eq!(refused["result"], 8202);
        // A credential in the wrong header.
        let mistaken = reqwest::Client::new().post(server.url("/1.0/users/authentication/rest/getsessions"));
        mistaken.header("x-request-id", &key).bearer_auth(&key).send().await.unwrap();
        // Also what is written far below the dispatcher, in a read and in a change that goes on by itself.
        let mut database = connect(folder.path()).await;
        database.execute("ALTER TABLE sessions RENAME TO gone").await.unwrap();
        let failed = call(&server, "users.authentication.GetSessions", &[("session", &session)]).await;
        assert_eq!(failed["result"], 99, "{failed}");
        let failed =
            call(&server, "users.authentication.SignoutSessions", &[("session", &session), ("ids", "*")]).await;
        assert_eq!(failed["result"], 99, "{failed}");
        database.execute("ALTER TABLE gone RENAME TO sessions").await.unwrap();
        assert_eq!(server.stop(), 0);

        let lines: Vec<_> = log.lines().map_while(Result::ok).collect();
        for (text, method) in [
            ("call refused", "users.authentication.GetSessions"),
            ("no such table: sessions", "users.authentication.GetSessions"),
            ("no such table: sessions", "users.authentication.SignoutSessions"),
        ] {
            let request = format!("of-{method}");
            let wanted = expected(&[("request", &request), ("method", method), ("account", "1")]);
            let found = lines.iter().any(|line| line.contains(text) && fields(form, line) == wanted);
            assert!(found, "{form}: {text} of {method}: {lines:#?}");
        }
        for secret in [session.as_str(), key.as_str(), PASSWORD] {
            assert!(lines.iter().all(|line| !line.contains(secret)), "{lines:#?}");
        }
    }
}

#[tokio::test]
async fn a_line_of_a_form_names_its_route_without_the_values_in_the_path() {
    let folder = tempfile::tempdir().unwrap();
    create_account(folder.path(), EMAIL);
    let (mut server, log) = Running::start_with_log(folder.path(), &["--log", "json"], "debug");
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let post = async |path: &str, cookie: &str, form: &[(&str, &str)]| {
        let request = client.post(server.url(path)).header("sec-fetch-site", "same-origin").header("cookie", cookie);
        request.header("x-request-id", "of-the-form").form(form).send().await.unwrap()
    };
    let answer = post("/signin", "", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let answer = post("/environments/krp_looks-like-a-secret/stop?next=hidden", &cookie, &[]).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(server.stop(), 0);

    let lines: Vec<_> = log.lines().map_while(Result::ok).collect();
    let line = lines.iter().find(|line| line.contains("an environment was not changed")).expect("the line");
    let wanted = [("request", "of-the-form"), ("method", "/environments/{name}/{action}"), ("account", "1")];
    assert_eq!(fields("json", line), expected(&wanted));
    assert!(lines.iter().all(|line| !line.contains("hidden")), "{lines:#?}");
}

#[tokio::test]
async fn the_line_of_a_task_names_task_method_and_account() {
    let folder = tempfile::tempdir().unwrap();
    create_account(folder.path(), EMAIL);
    let (mut server, mut log) = Running::start_with_log(folder.path(), &[], "info");
    let session = sign_in(&server).await;
    let params = [
        ("session", session.as_str()),
        ("trigger", r#"{"once_delay":0}"#),
        ("script", "environment.control.StopEnv"),
        ("params", r#"{"envName":"none"}"#),
        ("description", "d"),
    ];
    let made = call(&server, "utils.scheduler.CreateAccountTask", &params).await;
    assert_eq!(made["result"], 0, "{made}");
    let mut line = String::new();
    while !line.contains(" task ") {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it runs within a second");
    }
    let id = made["object"]["id"].to_string();
    let wanted = [("task", id.as_str()), ("method", "environment.control.StopEnv"), ("account", "1")];
    assert_eq!(fields("text", line.trim_end()), expected(&wanted), "{line}");
    assert_eq!(server.stop(), 0);
}

#[tokio::test]
async fn each_line_names_its_request_as_the_client_did_in_both_forms() {
    for form in ["text", "json"] {
        let folder = tempfile::tempdir().unwrap();
        let (mut server, log) = Running::start_with_log(folder.path(), &["--log", form], "debug");
        let url = server.url("/1.0/users/authentication/rest/checksign?session=1x00000000000000000000000000000000");
        let client = reqwest::Client::new();
        let named = client.get(&url).header("x-request-id", "from-the-proxy").send().await.unwrap();
        assert_eq!(named.headers()["x-request-id"], "from-the-proxy");
        let unnamed = client.get(&url).header("x-request-id", "no name\"").send().await.unwrap();
        assert_eq!(unnamed.headers().get("x-request-id"), None);
        let missing = client.get(server.url("/nowhere")).send().await.unwrap();
        assert_eq!(missing.status(), 404);
        assert!(missing.headers().contains_key("x-request-id"), "who reports a failure can name it");
        assert_eq!(server.stop(), 0);

        let lines: Vec<String> = log.lines().map(Result::unwrap).filter(|line| line.contains("call refused")).collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("1x0000")), "no credential in the log: {lines:?}");
        let request = |line: &str| match form {
            "json" => {
                let line: Value = serde_json::from_str(line).unwrap();
                assert_eq!(line["method"], "users.authentication.CheckSign");
                line["request"].as_str().unwrap().to_owned()
            }
            _ => {
                let request = line.split_once(" request=").unwrap().1;
                request.strip_suffix(" method=users.authentication.CheckSign").unwrap().to_owned()
            }
        };
        assert_eq!(request(&lines[0]), "from-the-proxy");
        assert!(!request(&lines[1]).is_empty() && !request(&lines[1]).contains("no name"), "{lines:?}");
    }
}

#[tokio::test]
async fn a_caller_who_is_refused_over_and_over_causes_a_few_log_lines_and_a_count() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, log, _session, key) = with_token(folder.path(), &[], "info").await;
    for _ in 0..100 {
        assert_eq!(call(&server, "users.authentication.GetSessions", &[("session", &key)]).await["result"], 8202);
        assert_eq!(
            call(&server, "users.authentication.GetSessions", &[("session", &key), ("id", "none")]).await["result"],
            8202
        );
    }
    assert_eq!(server.stop(), 0);
    let lines: Vec<_> = log.lines().map_while(Result::ok).collect();
    let refused = lines.iter().filter(|line| line.contains("call refused")).count();
    // A minute may have ended meanwhile, and another one begun.
    assert!((1..=10).contains(&refused), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("left_out=") && line.contains("by token:1")), "{lines:#?}");
}
