//! No log line, page, answer or audit entry tells a secret. A program of its own, because it listens to the whole log.

#[path = "../doors/support.rs"]
#[allow(dead_code)]
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use support::{EMAIL, PASSWORD, Reply, Server, form, path};

const WRONG_PASSWORD: &str = "a wrong password nobody has";

/// Everything that is logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

impl Log {
    fn listen() -> Log {
        let log = Log::default();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(log.clone())
            .init();
        log
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn nothing_tells_a_secret() {
    let log = Log::listen();
    let server = Server::start().await;
    let owner = server.owner().await;
    let extended = server.extended_token().await;
    let renewed: Value =
        owner.post("users.authentication.RegenerateToken", &[("id", "1"), ("password", PASSWORD)]).await;
    let renewed = renewed["token"]["key"].as_str().unwrap().to_owned();
    let browser = sign_in(&server, &[("email", EMAIL), ("password", PASSWORD)]).await;
    let cookie = browser.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let secrets = [
        PASSWORD,
        WRONG_PASSWORD,
        owner.credential(),
        extended.credential(),
        &renewed,
        cookie.split_once('=').unwrap().1,
    ];

    let mut shown = String::new();
    // Every secret in every place where somebody could put it.
    for secret in secrets {
        let encoded = form(&[("x", secret)]).split_off(2);
        for uri in [
            format!("{}?session={encoded}", path("users.authentication.CheckSign")),
            format!("{}?token={encoded}&envName={encoded}", path("users.account.GetUserInfo")),
            format!("{}?login={encoded}&password={encoded}", path("users.authentication.Signin")),
            format!("{}?token={encoded}", path("users.authentication.SigninByToken")),
            format!("/1.0/{encoded}/{encoded}/rest/{encoded}"),
            format!("/{encoded}?session={encoded}"),
            format!("/signin?next={encoded}"),
            format!("/docs/api/{encoded}"),
        ] {
            let request = Request::get(uri.replace('+', "%20")).header(header::COOKIE, &cookie);
            let request = request.header(header::REFERER, format!("https://x.example/?t={encoded}"));
            // The answer to a stranger's address may repeat that address; only what we know must not come back.
            let reply = server.send(request.body(Body::empty()).unwrap()).await;
            if reply.headers["content-type"].to_str().unwrap_or_default().starts_with("application/json") {
                shown.push_str(&without_new_session(&reply));
            }
        }
        for method in ["CreateToken", "EditToken", "DeleteTokens", "RegenerateToken", "SignoutSessions", "GetTokens"] {
            let params =
                [("id", secret), ("ids", secret), ("description", ""), ("apiList", secret), ("password", PASSWORD)];
            let reply = owner.send(Method::POST, &format!("users.authentication.{method}"), &params).await;
            shown.push_str(&reply.text);
        }
        shown.push_str(&sign_in(&server, &[("email", EMAIL), ("token", secret)]).await.text);
    }
    for _ in 0..3 {
        let params = [("id", "1"), ("password", WRONG_PASSWORD)];
        shown.push_str(&owner.send(Method::POST, "users.authentication.EditToken", &params).await.text);
        shown.push_str(&sign_in(&server, &[("email", EMAIL), ("password", WRONG_PASSWORD)]).await.text);
    }
    for page in ["/", "/settings/tokens", "/settings/account", "/docs/api", "/metrics"] {
        let request = Request::get(page).header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
        shown.push_str(&server.send(request).await.text);
    }

    let (logged, written) = (log.text(), server.audit().await.join("\n"));
    assert!(logged.contains("call refused"), "the log is listened to");
    assert!(written.contains("token.regenerate"), "the audit log is read: {written}");
    for secret in secrets {
        for (place, text) in [("log", &logged), ("answers", &shown), ("audit log", &written)] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} is in the {place}");
        }
    }
}

async fn sign_in(server: &Server, fields: &[(&str, &str)]) -> Reply {
    let request = Request::post("/signin")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.send(request.body(Body::from(form(fields))).unwrap()).await
}

/// An Extended Access token that was used to sign in gets a session, which is a secret of its own and no leak.
fn without_new_session(reply: &Reply) -> String {
    let mut json = reply.json();
    json.as_object_mut().unwrap().remove("session");
    json.to_string()
}
