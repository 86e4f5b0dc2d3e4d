//! What holds for every method that is declared, whatever it does.

use http::Method as Verb;
use keyrack_server::dispatch::registry::Registry;

use crate::support::{Reply, Server, examples};

fn code(reply: &Reply) -> i64 {
    reply.json()["result"].as_i64().unwrap()
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

#[test]
fn every_method_and_every_parameter_is_documented_with_an_example() {
    let mut missing = Vec::new();
    for method in Registry::all().methods() {
        if method.summary.is_empty() {
            missing.push(format!("{}: a doc comment on the type", method.name));
        }
        for param in method.params {
            if param.help.is_empty() {
                missing.push(format!("{}, {}: a doc comment on the field or its type", method.name, param.name));
            }
            if param.required && param.example.is_empty() {
                missing.push(format!("{}, {}: #[schemars(example = …)]", method.name, param.name));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
