//! Signing in and out, and sessions.

use chrono::TimeDelta;
use http::Method;

use crate::support::{EMAIL, PASSWORD, Server};

const SIGNIN: &str = "users.authentication.Signin";
const BY_TOKEN: &str = "users.authentication.SigninByToken";
const CHECK: &str = "users.authentication.CheckSign";
const SIGNOUT: &str = "users.authentication.Signout";
const SESSIONS: &str = "users.authentication.GetSessions";

#[tokio::test]
async fn signing_in_answers_a_session_of_the_platforms_form() {
    let server = Server::start().await;
    let params = [("login", "Ada@Example.org"), ("password", PASSWORD)];
    let answer = server.anonymous().post(SIGNIN, &params).await;
    assert_eq!(answer["email"], EMAIL);
    assert_eq!(answer["name"], "ada");
    assert_eq!(answer["status"], "ENABLED");
    assert_eq!(answer["accessType"], "FULL_ACCESS");
    let session = answer["session"].as_str().unwrap();
    let (user, random) = session.split_once('x').unwrap();
    assert_eq!(i64::from_str_radix(user, 16).unwrap(), answer["uid"].as_i64().unwrap());
    assert_eq!(random.len(), 32);
    assert_eq!(server.bearer(session).code(CHECK, &[]).await, 0);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let server = Server::start().await;
    let wrong = server.anonymous().post(SIGNIN, &[("login", EMAIL), ("password", "wrong")]).await;
    let unknown = server.anonymous().post(SIGNIN, &[("login", "bob@example.org"), ("password", "wrong")]).await;
    assert_eq!(wrong["result"], 701);
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn a_password_never_goes_through_a_url() {
    let server = Server::start().await;
    let reply = server.anonymous().send(Method::GET, SIGNIN, &[("login", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(reply.json()["result"], 9);
}

#[tokio::test]
async fn an_extended_token_signs_in_and_the_session_ends_with_it() {
    let server = Server::start().await;
    let token = server.extended_token().await;
    let answer = server.anonymous().get(BY_TOKEN, &[("token", token.credential())]).await;
    assert_eq!(answer["result"], 0, "{answer}");
    let session = server.bearer(answer["session"].as_str().unwrap());
    assert_eq!(session.code(CHECK, &[]).await, 0);
    let create = [("description", "x"), ("apiList", "users.account.GetUserInfo"), ("password", PASSWORD)];
    assert_eq!(session.code("users.authentication.CreateToken", &create).await, 8202);
    let owner = server.owner().await;
    assert_eq!(owner.code("users.authentication.DeleteTokens", &[("ids", "*"), ("password", PASSWORD)]).await, 0);
    assert_eq!(session.code(CHECK, &[]).await, 702);
}

#[tokio::test]
async fn other_tokens_do_not_sign_in() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    let answer = server.anonymous().post(BY_TOKEN, &[("token", token.credential())]).await;
    assert_eq!(answer["result"], 8);
    assert_eq!(server.anonymous().code(BY_TOKEN, &[("token", "garbage")]).await, 702);
}

#[tokio::test]
async fn signing_out_ends_a_session_and_leaves_a_token_alive() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let token = server.token("users.account.GetUserInfo").await;
    for _ in 0..2 {
        assert_eq!(token.send(Method::GET, SIGNOUT, &[]).await.text, r#"{"result":0}"#);
        assert_eq!(token.code(CHECK, &[]).await, 0);
    }
    assert_eq!(owner.send(Method::GET, SIGNOUT, &[]).await.text, r#"{"result":0}"#);
    assert_eq!(owner.code(CHECK, &[]).await, 702);
}

#[tokio::test]
async fn a_session_that_is_not_used_ends() {
    let server = Server::start().await;
    let owner = server.owner().await;
    server.advance(TimeDelta::hours(11));
    assert_eq!(owner.code(CHECK, &[]).await, 0);
    server.advance(TimeDelta::hours(11));
    assert_eq!(owner.code(CHECK, &[]).await, 0);
    server.advance(TimeDelta::hours(13));
    let answer = owner.get(CHECK, &[]).await;
    assert_eq!(answer["result"], 702);
    assert_eq!(answer["error"], "the session has ended");
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let server = Server::start().await;
    let (one, two) = (server.owner().await, server.owner().await);
    let list = one.get(SESSIONS, &[]).await;
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| session["current"] == false).unwrap();
    assert_eq!(other["host"], "127.0.0.1");
    assert_eq!(other["createdOn"], "2027-01-01 12:00:00");
    let id = other["id"].to_string();
    let end = "users.authentication.SignoutSessions";
    assert_eq!(one.code(end, &[("ids", "99")]).await, 4);
    assert_eq!(one.code(end, &[("ids", &id)]).await, 0);
    assert_eq!(two.code(CHECK, &[]).await, 702);
    assert_eq!(one.code(end, &[("ids", "*")]).await, 0);
    assert_eq!(one.code(CHECK, &[]).await, 702);
}

#[tokio::test]
async fn who_am_i() {
    let server = Server::start().await;
    let token = server.token("users.account.GetUserInfo").await;
    let answer = token.get("users.account.GetUserInfo", &[]).await;
    assert_eq!((&answer["email"], &answer["name"]), (&EMAIL.into(), &"ada".into()));
    assert!(answer.get("session").is_none());
}
