//! Pages as the server renders them.

use super::visitor::{Browser, location};
use crate::support::Server;

#[tokio::test]
async fn pages_of_members_lead_strangers_to_the_sign_in() {
    let server = Server::start().await;
    let mut stranger = Browser::new(&server);
    assert_eq!(location(&stranger.get("/").await), "/signin");
    assert_eq!(location(&stranger.get("/settings/tokens?x=1").await), "/signin?next=/settings/tokens%3Fx%3D1");
}

#[tokio::test]
async fn the_documentation_is_for_everybody_and_knows_the_methods() {
    let server = Server::start().await;
    let mut stranger = Browser::new(&server);
    let page = stranger.get("/docs/api/users.authentication").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("SigninByToken") && page.text.contains("/1.0/users/authentication/rest/signinbytoken"));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_too() {
    let server = Server::start().await;
    let page = Browser::new(&server).get("/no/such/page").await;
    assert_eq!(page.status, 404);
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn every_page_has_a_nonce_of_its_own() {
    let server = Server::start().await;
    let mut stranger = Browser::new(&server);
    let mut policies = Vec::new();
    for _ in 0..2 {
        let page = stranger.get("/signin").await;
        let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        let places: Vec<_> = page.text.match_indices(nonce).map(|(at, _)| &page.text[at - 8..at]).collect();
        assert!(!places.is_empty() && places.iter().all(|before| *before == " nonce=\""), "{places:?}");
        policies.push(policy);
    }
    assert_ne!(policies[0], policies[1]);
}

#[tokio::test]
async fn the_list_of_tokens_says_without_scripts_from_where_and_for_what_they_were_used() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let token = server.token("environment.control.GetEnvs").await;
    let before = browser.get("/settings/tokens").await.text;
    assert!(!before.contains("Calls: "), "{before}");
    for _ in 0..2 {
        token.post("environment.control.GetEnvs", &[]).await;
    }
    token.post("environment.control.StopEnv", &[("envName", "none")]).await;
    let after = browser.get("/settings/tokens").await.text;
    // The call that was refused is no call of the method.
    assert!(after.contains("UTC from 127.0.0.1\nCalls: control.GetEnvs 2\""), "{after}");
}
