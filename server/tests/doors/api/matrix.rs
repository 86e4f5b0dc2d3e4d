//! The authorization matrix: every declared method × every kind of caller, over HTTP. What each has to be answered
//! follows from the declaration, so a new method is in it without being told.

use chrono::TimeDelta;
use http::Method as Verb;
use keyrack_domain::methods::{ActsOn, TokenAccess};
use keyrack_domain::types::accounts::Role;
use keyrack_server::dispatch::registry::{Method, Registry};
use serde_json::{Value, json};

use super::members::invite_as;
use crate::support::{EMAIL, PASSWORD, Server, TestClient, Wire, examples};

const CREATE: &str = "users.authentication.CreateToken";
const OTHER: &str = "eve@example.org";
/// The environment of somebody else, and a name that nothing has.
const THEIRS: &str = "their-project";
const NOBODYS: &str = "no-such-thing";

/// What a cell of the matrix has to hold.
enum Cell {
    /// This code, and a text that holds this.
    Refused(i64, String),
    /// It gets as far as the method itself: 0, or one of the codes that the method declares.
    Carried,
}

/// Callers whom no method serves, with the code and the text for each.
struct Stranger {
    what: &'static str,
    credential: Option<String>,
    code: i64,
    text: &'static str,
}

pub fn names_environment(name: &str) -> bool {
    ["envname", "srcenvname"].contains(&name.to_ascii_lowercase().as_str())
}

/// The examples of the documentation, with every environment called so.
fn with_environment<'a>(method: &'static Method, name: &'a str) -> Vec<(&'static str, &'a str)> {
    let needed = method.params.iter().filter(|param| param.shown || names_environment(param.name));
    needed.map(|param| (param.name, if names_environment(param.name) { name } else { param.example })).collect()
}

/// What a person of this role gets.
fn for_role(method: &Method, role: Role) -> Cell {
    if role >= method.role {
        return Cell::Carried;
    }
    Cell::Refused(8, format!("your role here has no permission to call {}", method.name))
}

/// What a token gets that everything was ticked for, or everything but this.
fn for_token(method: &Method, ticked: bool) -> Cell {
    match method.token {
        TokenAccess::Always => Cell::Carried,
        TokenAccess::WhenTicked if ticked => Cell::Carried,
        _ => Cell::Refused(8202, format!("the token has no permission to call {}", method.name)),
    }
}

impl Cell {
    fn check(&self, what: &str, method: &Method, answer: &Value) {
        let code = answer["result"].as_i64().unwrap();
        let text = answer["error"].as_str().unwrap_or_default();
        match self {
            Cell::Refused(wanted, part) => {
                assert_eq!(code, *wanted, "{} × {what}: {answer}", method.name);
                assert!(text.contains(part.as_str()), "{} × {what}: {answer}", method.name);
            }
            Cell::Carried => {
                let declared = code == 0 || method.codes.iter().any(|one| one.number() == code);
                assert!(declared, "{} × {what}: {answer} is not declared: {:?}", method.name, method.codes);
            }
        }
    }
}

pub fn permitted() -> impl Iterator<Item = &'static Method> {
    Registry::all().methods().to_vec().into_iter().filter(|method| !method.is_public())
}

/// All that can be ticked, but for one.
pub fn everything_but(left_out: &str) -> String {
    let names = permitted().filter(|method| method.token == TokenAccess::WhenTicked && method.name != left_out);
    names.map(|method| method.name).collect::<Vec<_>>().join(",")
}

async fn token(owner: &TestClient<'_>, methods: &str, expires: &str) -> (i64, String) {
    let answer = owner.post(CREATE, &[("description", "A"), ("apiList", methods), ("expiresAt", expires)]).await;
    let token = &answer["token"];
    (token["id"].as_i64().unwrap_or_else(|| panic!("{answer}")), token["key"].as_str().unwrap().to_owned())
}

pub async fn server() -> Server {
    Server::environments_with(|settings| {
        // A token for each method, and there are more methods than tokens that an account may have.
        settings.token_limit = 10_000;
        settings.token_password_required = false;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_get_nowhere_and_are_told_why() {
    let server = server().await;
    let owner = server.owner().await;
    let all = everything_but("");
    let (_, expired) = token(&owner, &all, "2027-01-02 00:00:00").await;
    let (removed_id, removed) = token(&owner, &all, "never").await;
    let (replaced_id, replaced) = token(&owner, &all, "never").await;
    let closed = server.owner().await;
    closed.post("users.authentication.Signout", &[]).await;
    owner.post("users.authentication.DeleteTokens", &[("ids", &removed_id.to_string())]).await;
    owner.post("users.authentication.RegenerateToken", &[("id", &replaced_id.to_string())]).await;
    server.advance(TimeDelta::days(2));
    // A checksum that does not fit, one that does for a token that never was, and a session that never was.
    let other = if replaced.ends_with('0') { '1' } else { '0' };
    let (broken, session) = (format!("{}{other}", &replaced[..41]), "1x00000000000000000000000000000000");
    let invalid = "the session or token is not valid";
    let stranger =
        |what, credential: &str, text| Stranger { what, credential: Some(credential.into()), code: 702, text };
    let strangers = [
        Stranger { what: "no credential", credential: None, code: 3, text: "invalid parameter [session]" },
        stranger("garbage", "x", invalid),
        stranger("malformed token", &broken, invalid),
        stranger("unknown session", session, invalid),
        stranger("closed session", closed.credential(), invalid),
        stranger("expired token", &expired, "the token has expired"),
        stranger("removed token", &removed, invalid),
        stranger("replaced token", &replaced, "this value was replaced on 2027-01-01 12:00:00 UTC: use the new one"),
    ];
    let wire = Wire::listen(&server).await;
    for method in permitted() {
        for stranger in &strangers {
            for verb in [Verb::GET, Verb::POST] {
                let answer = wire.call(verb.clone(), method, stranger.credential.as_deref(), &examples(method)).await;
                let by_get = verb == Verb::GET && method.post_only;
                let (code, text) = if by_get { (9, "POST") } else { (stranger.code, stranger.text) };
                Cell::Refused(code, text.into()).check(stranger.what, method, &answer);
            }
        }
    }
    server.keyrack.environments.stop_all().await;
}

/// A token that opens everything, with these parameters too; its number and value.
async fn limited(owner: &TestClient<'_>, limits: &[(&str, &str)]) -> (String, String) {
    let all = everything_but("");
    let params: Vec<_> = [("description", "A"), ("apiList", all.as_str())].iter().chain(limits).copied().collect();
    let answer = owner.post(CREATE, &params).await;
    let token = &answer["token"];
    (token["id"].to_string(), token["key"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_method_gets_past_a_limit_of_its_token() {
    let server = server().await;
    let owner = server.owner().await;
    let regenerate = "users.authentication.RegenerateToken";
    let (_, elsewhere) = limited(&owner, &[("networks", "192.0.2.0/24")]).await;
    let (_, tired) = limited(&owner, &[("rateLimit", "1")]).await;
    let (retired_id, retired) = limited(&owner, &[]).await;
    let (_, published) = limited(&owner, &[]).await;
    let (frozen_id, former) = limited(&owner, &[("freezeOnReuse", "true")]).await;
    owner.post(regenerate, &[("id", &retired_id)]).await;
    let frozen = owner.post(regenerate, &[("id", &frozen_id)]).await["token"]["key"].as_str().unwrap().to_owned();
    server.bearer(&tired).post("users.authentication.CheckSign", &[]).await;
    let place = keyrack_domain::tokens::LeakPlace::Reported;
    let client = keyrack_domain::caller::Client::local();
    server.keyrack.tokens.publish(&[&published], &place, &client).await.unwrap();
    server.advance(TimeDelta::seconds(61));
    assert_eq!(server.bearer(&former).code("users.authentication.CheckSign", &[]).await, 702);
    // Its minute is over: the next one begins.
    server.bearer(&tired).post("users.authentication.CheckSign", &[]).await;
    let wire = Wire::listen(&server).await;
    for method in permitted() {
        for (what, credential, code, text) in [
            ("wrong network", &elsewhere, 8, "the token is not accepted from the address 127.0.0.1"),
            ("over the rate", &tired, 1, "the token may call 1 times a minute: try again in 60 s"),
            ("retired value", &retired, 702, "this value was replaced on 2027-01-01 12:00:00 UTC: use the new one"),
            ("published value", &published, 702, "this value was published"),
            ("frozen token", &frozen, 702, "this token is frozen"),
        ] {
            let answer = wire.call(Verb::POST, method, Some(credential), &examples(method)).await;
            Cell::Refused(code, text.into()).check(what, method, &answer);
        }
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_limited_to_environments_opens_nothing_of_the_account() {
    let server = server().await;
    let owner = server.owner().await;
    let (_, nowhere) = limited(&owner, &[("environments", "[]")]).await;
    let wire = Wire::listen(&server).await;
    for method in permitted().filter(|method| method.token != TokenAccess::Never) {
        let refused = matches!(method.acts_on, ActsOn::Account | ActsOn::NewEnvironment);
        if refused {
            let answer = wire.call(Verb::POST, method, Some(&nowhere), &examples(method)).await;
            Cell::Refused(8202, "this token is limited to environments".into()).check(
                "of the account",
                method,
                &answer,
            );
        }
    }
    for (method, code) in [
        ("users.authentication.Signout", 0),
        ("users.authentication.CheckSign", 0),
        ("users.account.GetUserInfo", 0),
        ("environment.control.GetRegions", 0),
        ("users.collaboration.GetMembers", 8202),
        ("marketplace.console.ReadLog", 8202),
        ("users.account.GetSSHKeys", 8202),
    ] {
        assert_eq!(server.bearer(&nowhere).code(method, &[]).await, code, "{method}");
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn public_methods_look_at_no_credential() {
    let server = server().await;
    let wire = Wire::listen(&server).await;
    let token = server.token("users.account.GetUserInfo").await;
    for method in Registry::all().methods().iter().filter(|method| method.is_public()) {
        for credential in [None, Some("x"), Some(token.credential())] {
            let answer = wire.call(Verb::POST, method, credential, &examples(method)).await;
            Cell::Carried.check("anybody", method, &answer);
        }
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_what_was_ticked_and_nothing_else() {
    let server = server().await;
    let owner = server.owner().await;
    let wire = Wire::listen(&server).await;
    let (_, everything) = token(&owner, &everything_but(""), "never").await;
    for method in permitted() {
        let (without_id, without) = token(&owner, &everything_but(method.name), "never").await;
        let params = with_environment(method, NOBODYS);
        let answer = wire.call(Verb::POST, method, Some(&without), &params).await;
        for_token(method, false).check("a token without it", method, &answer);
        owner.post("users.authentication.DeleteTokens", &[("ids", &without_id.to_string())]).await;

        let credential = match method.token {
            TokenAccess::WhenTicked => token(&owner, method.name, "never").await.1,
            TokenAccess::Always | TokenAccess::Never => everything.clone(),
        };
        for verb in [Verb::GET, Verb::POST] {
            // A file comes in a POST only.
            if verb == Verb::GET && method.takes_file() {
                continue;
            }
            let answer = wire.call(verb.clone(), method, Some(&credential), &params).await;
            match (verb, method.post_only) {
                (Verb::GET, true) => Cell::Refused(9, "POST".into()).check("GET", method, &answer),
                _ => for_token(method, true).check("a token with it", method, &answer),
            }
            clear(&server, &owner).await;
        }
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_opens_what_is_declared_for_it() {
    let server = server().await;
    let owner = server.owner().await;
    invite_as(&server, &owner, "viewer@example.org", "viewer").await;
    invite_as(&server, &owner, "manager@example.org", "manager").await;
    let wire = Wire::listen(&server).await;
    let roles = [("viewer@example.org", Role::Viewer), ("manager@example.org", Role::Manager), (EMAIL, Role::Owner)];
    for (email, role) in roles {
        let mut session = server.session(email, PASSWORD).await;
        for method in permitted() {
            let params = with_environment(method, NOBODYS);
            let answer = wire.call(Verb::POST, method, Some(session.credential()), &params).await;
            for_role(method, role).check(&format!("{role:?}"), method, &answer);
            if answer["result"] == 0 && method.effect == keyrack_server::dispatch::registry::Effect::Change {
                // Some close the session that calls, one changes the password.
                server.keyrack.accounts.reset_password(email, PASSWORD).await.unwrap();
                session = server.session(email, PASSWORD).await;
                clear(&server, &server.owner().await).await;
            }
        }
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_accounts_does_not_exist() {
    let server = server().await;
    server.keyrack.accounts.create_user_with_account(OTHER, PASSWORD).await.unwrap();
    let other = server.session(OTHER, PASSWORD).await;
    let env = json!({ "shortdomain": THEIRS }).to_string();
    let nodes = r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:2"}}]"#;
    let made = other.post("environment.control.CreateEnvironment", &[("env", &env), ("nodes", nodes)]).await;
    assert_eq!(made["result"], 0, "{made}");
    let look = [("envName", THEIRS)];
    let before = other.get("environment.control.GetEnvInfo", &look).await;
    let owner = server.owner().await;
    let (_, everything) = token(&owner, &everything_but(""), "never").await;
    let wire = Wire::listen(&server).await;
    for method in permitted().filter(|method| method.token == TokenAccess::WhenTicked) {
        if !method.params.iter().any(|param| param.required && names_environment(param.name)) {
            continue;
        }
        let theirs = wire.call(Verb::POST, method, Some(&everything), &with_environment(method, THEIRS)).await;
        let nobodys = wire.call(Verb::POST, method, Some(&everything), &with_environment(method, NOBODYS)).await;
        Cell::Refused(11, THEIRS.into()).check("another account's environment", method, &theirs);
        assert_eq!(theirs.to_string().replace(THEIRS, NOBODYS), nobodys.to_string(), "{}", method.name);
    }
    assert_eq!(other.get("environment.control.GetEnvInfo", &look).await, before, "nothing has changed it");
    server.keyrack.environments.stop_all().await;
}

/// Takes away what a call made, so that the next one finds the account as the first did.
async fn clear(server: &Server, owner: &TestClient<'_>) {
    let caller = server.keyrack.accounts.authenticate(owner.credential()).await.unwrap();
    for environment in server.keyrack.environments.list(&caller).await.unwrap() {
        let client = keyrack_domain::caller::Client::local();
        server.keyrack.environments.delete(&caller, &client, &environment.name).await.unwrap();
    }
}
