//! The doors for leaked tokens.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use keyrack_server::leaks::ScanningKeys;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::support::{Reply, Server};

const INFO: &str = "users.account.GetUserInfo";

async fn report(server: &Server, body: impl Into<Body>) -> Reply {
    server.send(Request::post("/credentials/revoke").body(body.into()).unwrap()).await
}

#[tokio::test]
async fn whoever_has_a_token_can_end_it_and_learns_nothing() {
    let server = Server::start().await;
    let (leaked, other) = (server.token(INFO).await, server.token(INFO).await);
    assert_eq!(leaked.code(INFO, &[]).await, 0);
    let known = report(&server, json!({ "credentials": [leaked.credential(), "krp_x"] }).to_string()).await;
    let noise = report(&server, json!({ "credentials": ["x"] }).to_string()).await;
    let none = report(&server, r#"{"credentials":[]}"#).await;
    for reply in [&known, &noise, &none] {
        assert_eq!((reply.status.as_u16(), reply.text.as_str()), (202, ""));
        assert_eq!(reply.headers, known.headers);
    }
    let refused = leaked.post(INFO, &[]).await;
    assert_eq!(refused["result"], 702);
    assert!(refused["error"].as_str().unwrap().contains("published"), "{refused}");
    assert_eq!(other.code(INFO, &[]).await, 0);
    let tokens = server.owner().await.get("users.authentication.GetTokens", &[]).await;
    assert_eq!(tokens["apiTokens"][0]["secrets"][0]["state"], "published", "{tokens}");
    let audit = server.audit().await;
    assert!(audit.iter().any(|line| line.starts_with("server token.publish token:1 ")), "{audit:#?}");
}

#[tokio::test]
async fn a_report_that_cannot_be_read_is_refused_with_its_form() {
    let server = Server::start().await;
    let many: Vec<String> = (0..1001).map(|number| number.to_string()).collect();
    for (body, status, part) in [
        (String::new(), 400, "credentials"),
        ("{".to_owned(), 400, "credentials"),
        ("[]".to_owned(), 422, "credentials"),
        (r#"{"credentials":"krp_x"}"#.to_owned(), 422, "credentials"),
        (r#"{"credentials":[1]}"#.to_owned(), 422, "credentials"),
        (json!({ "credentials": many }).to_string(), 422, "1000"),
        ("x".repeat((1 << 20) + 1), 413, "bytes"),
    ] {
        let length = body.len();
        let reply = report(&server, body).await;
        assert_eq!(reply.status.as_u16(), status, "{length}: {}", reply.text);
        let json: Value = serde_json::from_str(&reply.text).unwrap();
        assert!(json["error"].as_str().unwrap().contains(part), "{json}");
    }
    let credentials = json!({ "credentials": many[..1000] });
    assert_eq!(report(&server, credentials.to_string()).await.status.as_u16(), 202);
}

#[tokio::test]
async fn the_rules_for_scanners_find_a_token_and_say_where_to_end_it() {
    let server = Server::start().await;
    let token = server.token(INFO).await;
    let reply = server.send(Request::get("/.well-known/token-scanning.json").body(Body::empty()).unwrap()).await;
    let rules: Value = serde_json::from_str(&reply.text).unwrap();
    assert_eq!(rules["revoke_url"], "http://127.0.0.1:8080/credentials/revoke");
    let regex = regex::Regex::new(rules["regex"].as_str().unwrap()).unwrap();
    let text = format!("TOKEN={}\nkrp_short krp_{}", token.credential(), "x".repeat(39));
    let found: Vec<_> = regex.find_iter(&text).map(|found| found.as_str()).collect();
    assert_eq!(found, [token.credential()]);
    assert!(regex.is_match(rules["example"].as_str().unwrap()));
}

/// A key of a code host, with the file that an operator has of it.
fn key() -> (EcdsaKeyPair, ScanningKeys) {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
    let head = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
    let der = [head.as_slice(), pair.public_key().as_ref()].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
    let file = json!({ "public_keys": [{ "key_identifier": "key-1", "key": pem, "is_current": true }] });
    (pair, ScanningKeys::parse(file.to_string().as_bytes()).unwrap())
}

async fn scanned(server: &Server, body: &str, identifier: &str, signature: &str) -> Reply {
    let request = Request::post("/secret-scanning/github")
        .header("Github-Public-Key-Identifier", identifier)
        .header("Github-Public-Key-Signature", signature)
        .body(Body::from(body.to_owned()));
    server.send(request.unwrap()).await
}

#[tokio::test]
async fn a_signed_report_of_a_code_host_is_believed_and_no_other() {
    let (pair, keys) = key();
    let server = Server::start().await;
    let nothing = scanned(&server, "[]", "key-1", "").await;
    assert_eq!(nothing.status.as_u16(), 404, "{}", nothing.text);
    let server = server.with_scanning_keys(keys);
    let token = server.token(INFO).await;
    let body = json!([
        { "token": token.credential(), "type": "keyrack_access_token", "url": "https://example.org/a/b.txt", "source": "content" },
        { "token": "krp_x", "type": "keyrack_access_token", "url": "" },
    ])
    .to_string();
    let sign = |body: &str| STANDARD.encode(pair.sign(&SystemRandom::new(), body.as_bytes()).unwrap());
    let right = sign(&body);
    for (identifier, signature, status) in [
        ("key-1", sign("[]"), 401),
        ("key-2", right.clone(), 401),
        ("key-1", "%".to_owned(), 400),
        ("key-1", String::new(), 401),
    ] {
        let refused = scanned(&server, &body, identifier, &signature).await;
        assert_eq!(refused.status.as_u16(), status, "{}", refused.text);
    }
    assert_eq!(token.code(INFO, &[]).await, 0);
    let reply = scanned(&server, &body, "key-1", &right).await;
    let labels: Value = serde_json::from_str(&reply.text).unwrap();
    assert_eq!(
        labels,
        json!([
            { "token_raw": token.credential(), "token_type": "keyrack_access_token", "label": "true_positive" },
            { "token_raw": "krp_x", "token_type": "keyrack_access_token", "label": "false_positive" },
        ])
    );
    assert_eq!(token.code(INFO, &[]).await, 702);
    let caller = server.keyrack.accounts.authenticate(server.owner().await.credential()).await.unwrap();
    let notices = server.keyrack.notices.list(&caller).await.unwrap();
    assert!(notices[0].body.contains("https://example.org/a/b.txt"), "{notices:?}");
}

#[test]
fn a_file_of_keys_that_holds_none_is_refused() {
    for text in
        ["", "{}", r#"{"public_keys":[]}"#, r#"{"public_keys":[{"key_identifier":"1","key":"x","is_current":true}]}"#]
    {
        assert!(ScanningKeys::parse(text.as_bytes()).is_err(), "{text}");
    }
}
