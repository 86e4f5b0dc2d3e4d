//! Every server function, called by everybody who must not: what each gets is written here, and that nothing changed.

use http::{Request, header};
use keyrack_domain::caller::Client;
use serde_json::{Value, json};
use sqlx::{Connection, Row};

use super::visitor::{Browser, HALF, SESSION};
use crate::support::{EMAIL, PASSWORD, Reply, Server, form};

const WITNESS: &str = "witness@example.org";

/// What a server function answers: done, or the name of the refusal.
const OK: &str = "Ok";
const OUT: &str = "SignedOut";
const NO: &str = "Forbidden";
const GONE: &str = "Gone";
const FIELD: &str = "Field";
const WRONG: &str = "WrongCode";

/// Who calls, besides nobody at all.
const WHO: [&str; 5] = [
    "half a sign-in",
    "a viewer",
    "a manager",
    "the owner of another account",
    "a session of an Extended Access token",
];

/// Arguments as the function takes them.
enum Arguments {
    Form(Vec<(&'static str, String)>),
    Json(Value),
}

struct Call {
    function: &'static str,
    arguments: Arguments,
    /// One for each of [`WHO`].
    answers: [&'static str; 5],
    /// For nobody at all.
    anonymous: &'static str,
}

/// What is there to be taken: a token of the owner, an invitation, another member and a session of that member.
struct Prey {
    token: i64,
    invitation: i64,
    witness: i64,
    session: i64,
}

/// One row for each server function; a function without a row fails the test below.
fn rows(prey: &Prey) -> Vec<Call> {
    let confirm = json!({ "password": PASSWORD, "code": null, "passkey": null });
    let draft = json!({
        "description": "Taken", "api_set": "Custom", "methods": ["users.account.GetUserInfo"], "expires": "", "shared": true
    });
    let form = |fields: &[(&'static str, String)]| Arguments::Form(fields.to_vec());
    let none = || Arguments::Form(Vec::new());
    let row = |function, arguments, answers| Call { function, arguments, answers, anonymous: OUT };
    let Prey { token, invitation, witness, session } = prey;
    vec![
        row("account/rename", form(&[("name", "Eve".into())]), [OUT, OK, OK, OK, NO]),
        row("account/switch", form(&[("account", "1".into())]), [OUT, OK, OK, GONE, NO]),
        // A session that is not one's own is passed over, as one that has ended meanwhile.
        row("account/end-sessions", form(&[("ids[0]", session.to_string())]), [OUT, OK, OK, OK, OK]),
        row("confirm/begin-passkey", none(), [OUT, GONE, GONE, GONE, NO]),
        row("confirm/needs", none(), [OUT, OK, OK, OK, OK]),
        row("signin/begin-passkey", none(), [GONE, OUT, OUT, OUT, OUT]),
        row("signin/second", form(&[("code", "000000".into())]), [WRONG, OUT, OUT, OUT, OUT]),
        Call {
            function: "invite/accept",
            arguments: form(&[("token", "nonsense".into()), ("name", "Eve".into()), ("new_password", PASSWORD.into())]),
            answers: [GONE, GONE, GONE, GONE, NO],
            anonymous: GONE,
        },
        row(
            "members/invite",
            Arguments::Json(json!({ "confirm": confirm, "email": "eve@example.org", "role": "Owner" })),
            [OUT, NO, NO, OK, NO],
        ),
        row(
            "members/remove",
            Arguments::Json(json!({ "confirm": confirm, "user": witness, "dispositions": [] })),
            [OUT, NO, NO, GONE, NO],
        ),
        row(
            "members/change-role",
            Arguments::Json(json!({ "confirm": confirm, "user": witness, "role": "Owner" })),
            [OUT, NO, NO, GONE, NO],
        ),
        row("members/withdraw", form(&[("id", invitation.to_string())]), [OUT, NO, NO, GONE, NO]),
        row("members/tokens", form(&[("user", witness.to_string())]), [OUT, NO, NO, GONE, NO]),
        row(
            "environments/act",
            form(&[("name", "nowhere".into()), ("action", "Stop".into())]),
            [OUT, NO, GONE, GONE, GONE],
        ),
        row("environments/overview", none(), [OUT, OK, OK, OK, OK]),
        row("notices/read", form(&[("up_to", "999999".into())]), [OUT, OK, OK, OK, OK]),
        row("tokens/create", Arguments::Json(json!({ "draft": draft, "confirm": confirm })), [OUT, NO, OK, OK, NO]),
        row(
            "tokens/edit",
            Arguments::Json(json!({ "id": token, "version": 1, "draft": draft, "confirm": confirm })),
            [OUT, GONE, GONE, GONE, NO],
        ),
        row(
            "tokens/regenerate",
            Arguments::Json(json!({ "id": token, "version": 1, "expires": null, "confirm": confirm })),
            [OUT, GONE, GONE, GONE, NO],
        ),
        row(
            "tokens/remove",
            Arguments::Json(json!({ "ids": [token], "confirm": confirm })),
            [OUT, GONE, GONE, GONE, NO],
        ),
        row("tokens/list", Arguments::Json(json!({})), [OUT, OK, OK, OK, OK]),
        row(
            "tokens/review",
            Arguments::Json(json!({ "editing": [token, 1], "draft": draft })),
            [OUT, GONE, GONE, GONE, NO],
        ),
        row("security/begin-authenticator", Arguments::Json(json!({ "confirm": confirm })), [OUT, OK, OK, OK, NO]),
        row(
            "security/enable-authenticator",
            Arguments::Json(json!({ "confirm": confirm, "code": "000000" })),
            [OUT, WRONG, WRONG, WRONG, NO],
        ),
        row(
            "security/disable-authenticator",
            Arguments::Json(json!({ "confirm": confirm })),
            [OUT, GONE, GONE, GONE, NO],
        ),
        row("security/begin-passkey", Arguments::Json(json!({ "confirm": confirm })), [OUT, OK, OK, OK, NO]),
        row(
            "security/finish-passkey",
            Arguments::Json(json!({ "confirm": confirm, "ceremony": 1, "answer": "{}", "name": "Eve's" })),
            [OUT, FIELD, FIELD, FIELD, NO],
        ),
        row(
            "security/remove-passkey",
            Arguments::Json(json!({ "confirm": confirm, "id": 1 })),
            [OUT, GONE, GONE, GONE, NO],
        ),
        row(
            "security/ask-always",
            Arguments::Json(json!({ "confirm": confirm, "always": true })),
            [OUT, OK, OK, OK, NO],
        ),
        row("security/recovery-codes", Arguments::Json(json!({ "confirm": confirm })), [OUT, GONE, GONE, GONE, NO]),
        row(
            "security/change-password",
            form(&[("current", PASSWORD.into()), ("new_password", "short".into())]),
            [OUT, FIELD, FIELD, FIELD, NO],
        ),
    ]
}

/// The server functions that the code declares.
pub fn declared() -> Vec<String> {
    fn walk(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for server in text.split("#[server(prefix").skip(1) {
                let endpoint = server.split("endpoint = \"").nth(1).and_then(|rest| rest.split('"').next());
                found.push(endpoint.unwrap_or_else(|| panic!("{} names no endpoint", path.display())).to_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../app/src")), &mut found);
    found.sort();
    found
}

#[test]
fn every_server_function_has_a_row() {
    let prey = Prey { token: 1, invitation: 1, witness: 1, session: 1 };
    let rows: Vec<_> = rows(&prey).into_iter().map(|row| row.function.to_owned()).collect();
    let declared = declared();
    let missing: Vec<_> = declared.iter().filter(|function| !rows.contains(function)).collect();
    assert!(missing.is_empty(), "add a row for {missing:?} to `rows` in {}", file!());
    let surplus: Vec<_> = rows.iter().filter(|function| !declared.contains(function)).collect();
    assert!(
        surplus.is_empty(),
        "no server function in app/src has the endpoint {surplus:?}: remove its row in {}",
        file!()
    );
    assert_eq!(rows.len(), declared.len(), "two rows, or two server functions, have the same endpoint");
}

#[tokio::test]
async fn every_server_function_refuses_the_wrong_caller_and_changes_nothing() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let made = owner
        .post(
            "users.authentication.CreateToken",
            &[("description", "Prey"), ("apiList", "users.account.GetUserInfo"), ("password", PASSWORD)],
        )
        .await;
    let witness = join(&server, WITNESS, "viewer").await;
    let session = server.session(WITNESS, PASSWORD).await.get("users.authentication.GetSessions", &[]).await;
    let invited =
        owner.post("users.collaboration.InviteMember", &[("email", "open@example.org"), ("password", PASSWORD)]).await;
    let prey = Prey {
        token: made["token"]["id"].as_i64().unwrap(),
        invitation: -invited["collaboration"]["id"].as_i64().unwrap(),
        witness,
        session: session["sessions"][0]["id"].as_i64().unwrap(),
    };
    join(&server, "viewer@example.org", "viewer").await;
    join(&server, "manager@example.org", "manager").await;
    server.keyrack.accounts.create_user_with_account("stranger@example.net", PASSWORD).await.unwrap();
    let extended = server.extended_token().await;

    let mut callers = vec![half(&server).await];
    for email in ["viewer@example.org", "manager@example.org", "stranger@example.net"] {
        let mut browser = Browser::new(&server);
        browser.post("/signin", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(browser.get("/notices").await.status, 200, "{email}");
        callers.push(browser);
    }
    let mut by_token = Browser::new(&server);
    by_token.post("/signin", &[("token", extended.credential())]).await;
    assert_eq!(by_token.get("/notices").await.status, 200);
    callers.push(by_token);

    let mut wrong = Vec::new();
    for row in rows(&prey) {
        let before = state(&server, &prey).await;
        let reply = call(&mut Browser::new(&server), &row).await;
        if outcome(&reply) != row.anonymous {
            wrong.push(format!("{} by nobody: {}", row.function, reply.text));
        }
        for ((who, browser), expected) in WHO.into_iter().zip(&mut callers).zip(row.answers) {
            let reply = call(browser, &row).await;
            if outcome(&reply) != expected {
                wrong.push(format!("{} by {who}, not {expected}: {}", row.function, reply.text));
            }
        }
        assert_eq!(state(&server, &prey).await, before, "{}", row.function);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A member with this role; answers the number of the user.
pub async fn join(server: &Server, email: &str, role: &str) -> i64 {
    let params = [("email", email), ("role", role), ("password", PASSWORD)];
    let answer = server.owner().await.post("users.collaboration.InviteMember", &params).await;
    let link = answer["link"].as_str().unwrap_or_else(|| panic!("a link: {answer}")).to_owned();
    let secret = link.split("token=").nth(1).unwrap();
    server
        .keyrack
        .members
        .accept_as_new_user(secret, "Somebody", PASSWORD, &Client::local())
        .await
        .unwrap()
        .caller
        .user
        .0
}

/// A browser that has proved the password of a user with a second factor, and presents what it got as both cookies.
async fn half(server: &Server) -> Browser<'_> {
    join(server, "half@example.org", "manager").await;
    let half = server.session("half@example.org", PASSWORD).await;
    let config = half.post("users.account.Get2FAConfig", &[("password", PASSWORD)]).await;
    let code = server.code(config["secret"].as_str().unwrap());
    let answer = half.post("users.account.Enable2FA", &[("password", PASSWORD), ("code", &code)]).await;
    assert_eq!(answer["result"], 0, "{answer}");
    let mut browser = Browser::new(server);
    let reply = browser.post("/signin", &[("email", "half@example.org"), ("password", PASSWORD)]).await;
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap();
    let value = cookie.strip_prefix(&format!("{HALF}=")).expect("half a sign-in").split(';').next().unwrap();
    browser.cookie = Some(format!("{SESSION}={value}; {HALF}={value}"));
    browser
}

async fn call(browser: &mut Browser<'_>, row: &Call) -> Reply {
    let (kind, body) = match &row.arguments {
        Arguments::Form(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ("application/x-www-form-urlencoded", form(&fields))
        }
        Arguments::Json(value) => ("application/json", value.to_string()),
    };
    let request = Request::post(format!("/fn/{}", row.function))
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, kind)
        .body(body.into())
        .unwrap();
    browser.send(request).await
}

/// The name of what a server function answered.
fn outcome(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer: Value = serde_json::from_str(&reply.text).unwrap_or_else(|_| panic!("JSON: {}", reply.text));
    match &answer["Err"] {
        Value::String(name) => name.clone(),
        Value::Object(refusal) => refusal.keys().next().unwrap().clone(),
        _ => OK.to_owned(),
    }
}

/// What belongs to the owner's account, the owner and the witness, as the database has it.
async fn state(server: &Server, prey: &Prey) -> Vec<String> {
    sqlx::any::install_default_drivers();
    let mut database = sqlx::AnyConnection::connect(&server.keyrack.settings().database).await.unwrap();
    let mut state = Vec::new();
    for query in [
        "SELECT id || email || name || password_hash || second_factor_always FROM users WHERE id IN (1, $1) ORDER BY id",
        "SELECT user_id || role FROM memberships WHERE account_id = 1 AND $1 > 0 ORDER BY user_id",
        "SELECT id || description || shared || version || hex(secret_hash) FROM tokens WHERE owner_id IN (1, $1) ORDER BY id",
        "SELECT id || email || role || hex(secret_hash) FROM invitations WHERE account_id = 1 AND $1 > 0 ORDER BY id",
        "SELECT user_id || hex(secret) FROM totp WHERE user_id IN (1, $1)",
        "SELECT user_id || name FROM passkeys WHERE user_id IN (1, $1)",
        "SELECT user_id || hex(code_hash) FROM recovery_codes WHERE user_id IN (1, $1)",
        "SELECT id || hex(secret_hash) FROM sessions WHERE user_id = $1 ORDER BY id",
        "SELECT name || status FROM environments WHERE account_id = 1 AND $1 > 0 ORDER BY name",
    ] {
        let rows = sqlx::query(query).bind(prey.witness).fetch_all(&mut database).await.unwrap();
        state.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    }
    assert!(state.iter().any(|row| row.contains(EMAIL)));
    state
}
