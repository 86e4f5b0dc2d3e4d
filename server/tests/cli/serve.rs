//! The server from its start to its end.

use std::io::BufRead;

use serde_json::Value;

use crate::support::Running;

async fn call(server: &Running, method: &str, params: &[(&str, &str)]) -> Value {
    let url = server.url(&format!("/1.0/users/authentication/rest/{method}"));
    reqwest::Client::new().post(url).form(params).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_first_demo_start_tells_how_to_sign_in_and_later_ones_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start(folder.path(), &["--demo"]);
    let value = |name: &str| {
        let line = server.greeting.iter().find_map(|line| line.strip_prefix(&format!("  {name}")));
        line.unwrap_or_else(|| panic!("{name}: {:?}", server.greeting)).trim().to_owned()
    };
    let (address, email, password) = (value("Address"), value("Email"), value("Password"));
    assert_eq!(address, server.url(""));
    assert_eq!(email, "demo@keyrack.local");
    assert_eq!(password.len(), 20);
    assert_eq!(call(&server, "signin", &[("login", &email), ("password", &password)]).await["result"], 0);
    assert_eq!(server.stop(), 0);

    let again = Running::start(folder.path(), &["--demo"]);
    assert_eq!(again.greeting.len(), 1, "{:?}", again.greeting);
    assert_eq!(call(&again, "signin", &[("login", &email), ("password", &password)]).await["result"], 0);
}

#[tokio::test]
async fn without_demo_it_says_one_line_and_has_no_user() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &[]);
    assert_eq!(server.greeting, [format!("Keyrack is listening on http://{}", server.address)]);
    let params = [("login", "demo@keyrack.local"), ("password", "anything at all")];
    assert_eq!(call(&server, "signin", &params).await["result"], 701);
}

#[tokio::test]
async fn what_was_answered_survives_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start(folder.path(), &["--demo"]);
    let password = server.greeting.iter().find_map(|line| line.strip_prefix("  Password")).unwrap().trim().to_owned();
    let session = call(&server, "signin", &[("login", "demo@keyrack.local"), ("password", &password)]).await;
    let session = session["session"].as_str().unwrap();
    let params =
        [("session", session), ("password", &password), ("description", "x"), ("apiList", "users.account.GetUserInfo")];
    let token = call(&server, "createtoken", &params).await;
    let key = token["token"]["key"].as_str().unwrap();
    assert_eq!(call(&server, "checksign", &[("session", key)]).await["result"], 0);
    assert_eq!(server.stop(), 0);

    let again = Running::start(folder.path(), &[]);
    assert_eq!(call(&again, "checksign", &[("session", key)]).await["result"], 0);
    let list = call(&again, "gettokens", &[("session", session)]).await;
    assert!(list["apiTokens"][0]["lastUsed"].is_string(), "the last use was flushed: {list}");
}

#[tokio::test]
async fn options_come_from_the_environment_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = crate::support::keyrack(&["serve"], folder.path());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    command.env("KEYRACK_LISTEN", &address);
    let ended = crate::support::run(command, "");
    assert!(ended.line().starts_with(&format!("keyrack: cannot listen on {address}")), "{ended:?}");
}

#[tokio::test]
async fn each_line_of_the_log_names_its_request_in_both_forms() {
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
                assert_eq!(line["fields"]["method"], "users.authentication.CheckSign");
                line["request"].as_str().unwrap().to_owned()
            }
            _ => line.split_once(" request=").unwrap().1.to_owned(),
        };
        assert_eq!(request(&lines[0]), "from-the-proxy");
        assert!(!request(&lines[1]).is_empty() && !request(&lines[1]).contains("no name"), "{lines:?}");
    }
}

#[tokio::test]
async fn a_trusted_proxy_is_named_in_every_form_and_believed_in_every_form() {
    for trusted in ["127.0.0.1", "[::1], 127.0.0.1", " 10.0.0.0/8 , 127.0.0.0/8, ", "::ffff:127.0.0.1"] {
        let folder = tempfile::tempdir().unwrap();
        let server = Running::start(folder.path(), &["--demo", "--trusted-proxy", trusted]);
        let password = server.greeting.iter().find_map(|line| line.strip_prefix("  Password")).unwrap().trim();
        for (said, seen) in [
            ("198.51.100.7", "198.51.100.7"),
            ("203.0.113.9, 198.51.100.7:51234", "198.51.100.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1] ,127.0.0.1:80", "2001:db8::1"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
        ] {
            let request = reqwest::Client::new().post(server.url("/1.0/users/authentication/rest/signin"));
            let request = request.header("x-forwarded-for", said);
            let answer = request.form(&[("login", "demo@keyrack.local"), ("password", password)]).send().await.unwrap();
            let session: Value = answer.json().await.unwrap();
            let session = session["session"].as_str().unwrap();
            let sessions = call(&server, "getsessions", &[("session", session)]).await;
            let current = sessions["sessions"].as_array().unwrap().iter().find(|one| one["current"] == true).unwrap();
            assert_eq!(current["host"], seen, "{trusted}: {said}");
        }
    }
}

#[tokio::test]
async fn pages_are_answered_by_the_names_of_the_address_that_is_listened_on() {
    let folder = tempfile::tempdir().unwrap();
    let one = Running::start(folder.path(), &["--public-url", "https://keys.example.org"]);
    let folder = tempfile::tempdir().unwrap();
    let all = Running::start(folder.path(), &["--listen", "0.0.0.0:0"]);
    for (host, status) in [
        ("keys.example.org", [200, 421]),
        ("localhost:80", [200, 200]),
        ("127.0.0.1", [200, 200]),
        ("192.0.2.7:8080", [421, 200]),
        ("[2001:db8::1]", [421, 200]),
        ("evil.example", [421, 421]),
    ] {
        for (server, status) in [&one, &all].into_iter().zip(status) {
            let port = server.address.rsplit_once(':').unwrap().1;
            let ask = async |path: &str| {
                let url = format!("http://127.0.0.1:{port}{path}");
                reqwest::Client::new().get(url).header("host", host).send().await.unwrap()
            };
            let page = ask("/signin").await;
            assert_eq!(page.status(), status, "{host}");
            assert_eq!(ask("/healthz").await.status(), 200, "{host}");
        }
    }
}

#[tokio::test]
async fn a_caller_who_is_refused_over_and_over_causes_a_few_log_lines_and_a_count() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::create_account(folder.path(), "ada@example.org");
    let (mut server, log) = Running::start_with_log(folder.path(), &[], "info");
    let password = crate::support::PASSWORD;
    let session = call(&server, "signin", &[("login", "ada@example.org"), ("password", password)]).await;
    let session = session["session"].as_str().unwrap();
    let params =
        [("session", session), ("password", password), ("description", "x"), ("apiList", "users.account.GetUserInfo")];
    let token = call(&server, "createtoken", &params).await;
    let key = token["token"]["key"].as_str().unwrap();
    for _ in 0..100 {
        assert_eq!(call(&server, "getsessions", &[("session", key)]).await["result"], 8202);
        assert_eq!(call(&server, "getsessions", &[("session", key), ("id", "none")]).await["result"], 8202);
    }
    assert_eq!(server.stop(), 0);
    let lines: Vec<_> = log.lines().map_while(Result::ok).collect();
    let refused = lines.iter().filter(|line| line.contains("call refused")).count();
    // A minute may have ended meanwhile, and another one begun.
    assert!((1..=10).contains(&refused), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("left_out=") && line.contains("by token:1")), "{lines:#?}");
}
