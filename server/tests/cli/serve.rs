//! The server from its start to its end.

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
