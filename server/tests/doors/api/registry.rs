//! What holds for every method that is declared, whatever it does.

use http::Method as Verb;
use keyrack_domain::methods::TokenAccess;
use keyrack_server::api::registry::{Method, Registry};

use crate::support::{EMAIL, PASSWORD, Reply, Server};

fn permitted() -> Vec<&'static Method> {
    Registry::all().methods().iter().copied().filter(|method| !method.is_public()).collect()
}

/// The required parameters, as the documentation's examples have them.
fn examples(method: &Method) -> Vec<(&'static str, &'static str)> {
    method.params.iter().filter(|param| param.required).map(|param| (param.name, param.example)).collect()
}

fn code(reply: &Reply) -> i64 {
    reply.json()["result"].as_i64().unwrap()
}

#[tokio::test]
async fn without_a_credential_it_is_asked_for() {
    let server = Server::start().await;
    for method in permitted() {
        let answer = server.anonymous().post(method.name, &examples(method)).await;
        assert_eq!(answer["result"], 3, "{}", method.name);
        assert!(answer["error"].as_str().unwrap().starts_with("invalid parameter [session]"), "{answer}");
    }
}

#[tokio::test]
async fn garbage_is_not_authenticated() {
    let server = Server::start().await;
    for method in permitted() {
        for garbage in ["x", "1x00000000000000000000000000000000", "krp_0000000000000000000000000000000000000000"] {
            assert_eq!(server.bearer(garbage).code(method.name, &examples(method)).await, 702, "{}", method.name);
        }
    }
}

#[tokio::test]
async fn other_verbs_than_get_and_post_are_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for method in Registry::all().methods() {
        for verb in [Verb::PUT, Verb::DELETE, Verb::PATCH] {
            assert_eq!(code(&owner.send(verb, method.name, &examples(method)).await), 9, "{}", method.name);
        }
        if method.post_only {
            let reply = owner.send(Verb::GET, method.name, &examples(method)).await;
            assert_eq!(code(&reply), 9, "{}", method.name);
            assert!(reply.text.contains("POST"), "{}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_token_opens_what_was_ticked_and_nothing_else() {
    let server = Server::start().await;
    let other = server.token("users.account.GetUserInfo").await;
    let extended = server.extended_token().await;
    for method in permitted() {
        let answer = other.post(method.name, &examples(method)).await;
        let opened = method.token == TokenAccess::Always || method.name == "users.account.GetUserInfo";
        if opened {
            assert_eq!(answer["result"], 0, "{}: {answer}", method.name);
        } else {
            assert_eq!(answer["result"], 8202, "{}: {answer}", method.name);
            assert_eq!(answer["error"], format!("the token has no permission to call {}", method.name));
        }
        let refused = extended.code(method.name, &examples(method)).await == 8202;
        assert_eq!(refused, method.token == TokenAccess::Never, "{} with Extended Access", method.name);
    }
}

#[tokio::test]
async fn a_ticked_method_is_reached_by_its_token_in_both_verbs() {
    // A token for each, and there are more methods than tokens that an account may have.
    let server = Server::with(|settings| settings.token_limit = 10_000).await;
    for method in permitted().into_iter().filter(|method| method.token == TokenAccess::WhenTicked) {
        let token = server.token(method.name).await;
        for verb in [Verb::GET, Verb::POST] {
            let reply = token.send(verb, method.name, &examples(method)).await;
            assert!(!matches!(code(&reply), 3 | 5 | 6 | 8 | 99 | 702 | 8202), "{}: {}", method.name, reply.text);
        }
    }
}

#[tokio::test]
async fn the_owner_may_call_everything() {
    let server = Server::start().await;
    for method in permitted() {
        // Some close the session that calls, one changes the password.
        server.keyrack.reset_password(EMAIL, PASSWORD).await.unwrap();
        let owner = server.owner().await;
        let answer = owner.post(method.name, &examples(method)).await;
        assert!(!matches!(answer["result"].as_i64(), Some(5 | 6 | 8 | 99 | 702 | 8202)), "{}: {answer}", method.name);
    }
}

#[tokio::test]
async fn a_required_parameter_that_is_missing_is_named() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for method in Registry::all().methods() {
        for missing in method.params.iter().filter(|param| param.required) {
            let mut params = examples(method);
            params.retain(|(name, _)| *name != missing.name);
            let answer = owner.post(method.name, &params).await;
            assert_eq!(answer["result"], 3, "{}: {answer}", method.name);
            assert_eq!(answer["error"], format!("invalid parameter [{}]: it is required", missing.name));
        }
    }
}
