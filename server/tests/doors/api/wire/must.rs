//! What a compatible server has to do, item by item; what the rows hold already is not repeated.

use keyrack_server::dispatch::registry::Registry;
use serde_json::{Value, json};

use super::{CHECK, get};
use crate::support::{EMAIL, PASSWORD, Server, TestClient};

const CREATE: &str = "users.authentication.CreateToken";
const TOKENS: &str = "users.authentication.GetTokens";
const PASS: (&str, &str) = ("password", PASSWORD);

async fn create(owner: &TestClient<'_>, list: &str) -> Value {
    owner.post(CREATE, &[("description", "A"), ("apiList", list), PASS]).await["token"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_codes_of_the_platform_say_what_went_wrong() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let token = server.token("users.account.GetUserInfo").await;
    let stop = "environment.control.StopEnv";
    assert_eq!(token.code(stop, &[("envName", "x")]).await, 8202);
    assert_eq!(server.bearer("x").code(stop, &[("envName", "x")]).await, 702);
    let wrong = [("login", EMAIL), ("password", "wrong")];
    assert_eq!(server.anonymous().code("users.authentication.Signin", &wrong).await, 701);
    let unconfirmed = [("description", "A"), ("apiList", stop), ("password", "wrong")];
    assert_eq!(owner.code(CREATE, &unconfirmed).await, 801);
    assert_eq!(owner.code(stop, &[("envName", "x")]).await, 11);
    assert_eq!(owner.code(stop, &[]).await, 3);
    // 5 and 6 are a row of their own, and 2212 needs an environment.
}

#[tokio::test]
async fn api_list_has_four_forms() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let expected = json!(["environment.control.GetEnvs", "environment.control.StopEnv"]);
    for list in [
        r#"["environment.control.StopEnv","environment.control.GetEnvs"]"#,
        "['environment.control.StopEnv', 'environment.control.GetEnvs']",
        "environment.control.StopEnv,env.control.GetEnvs",
    ] {
        let token = create(&owner, list).await;
        let items = token["apiListItems"].as_array().unwrap_or_else(|| panic!("{list}: {token}"));
        let names: Vec<_> = items.iter().map(|item| item["method"].clone()).collect();
        assert_eq!(json!(names), expected, "{list}");
    }
}

#[tokio::test]
async fn regenerate_takes_id_and_ids() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut last = create(&owner, "users.account.GetUserInfo").await["key"].clone();
    for name in ["id", "ids"] {
        let answer = owner.post("users.authentication.RegenerateToken", &[(name, "1"), PASS]).await;
        assert_eq!(answer["result"], 0, "{name}: {answer}");
        assert_ne!(answer["token"]["key"], last);
        last = answer["token"]["key"].clone();
    }
}

#[tokio::test]
async fn delete_takes_semicolons_commas_and_the_star() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for (ids, left) in [("1;4;6", 4), ("2,3", 2), ("*", 0)] {
        if ids == "1;4;6" {
            for _ in 0..7 {
                create(&owner, "users.account.GetUserInfo").await;
            }
        }
        assert_eq!(owner.code("users.authentication.DeleteTokens", &[("ids", ids), PASS]).await, 0, "{ids}");
        let tokens = owner.get(TOKENS, &[]).await["apiTokens"].as_array().unwrap().len();
        assert_eq!(tokens, left, "{ids}");
    }
}

#[tokio::test]
async fn the_key_is_told_by_create_and_regenerate_only() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let made = create(&owner, "users.account.GetUserInfo").await;
    assert!(made["key"].is_string());
    let changed = owner.post("users.authentication.EditToken", &[("id", "1"), ("description", "B"), PASS]).await;
    assert_eq!(changed["token"]["description"], "B");
    let again = owner.post("users.authentication.RegenerateToken", &[("id", "1"), PASS]).await;
    assert!(again["token"]["key"].is_string());
    let listed = owner.get(TOKENS, &[]).await;
    for answer in [changed, listed] {
        assert!(!answer.to_string().contains("\"key\"") && !answer.to_string().contains("krp_"), "{answer}");
    }
}

#[tokio::test]
async fn signout_with_a_token_answers_0_and_leaves_it_also_without_the_version() {
    let server = Server::start().await;
    let (owner, token) = (server.owner().await, server.token("users.account.GetUserInfo").await);
    for path in ["/users/authentication/rest/signout", "/1.0/users/authentication/rest/signout"] {
        let reply = server.send(get(format!("{path}?session={}", token.credential()))).await;
        assert_eq!(reply.text, r#"{"result":0}"#, "{path}");
        assert_eq!(token.code(CHECK, &[]).await, 0, "{path}");
    }
    let reply = server.send(get(format!("/users/authentication/rest/signout?session={}", owner.credential()))).await;
    assert_eq!(reply.text, r#"{"result":0}"#);
    assert_eq!(owner.code(CHECK, &[]).await, 702);
}

#[tokio::test]
async fn check_sign_answers_access_type_to_every_valid_credential() {
    let server = Server::start().await;
    for caller in [server.owner().await, server.token("users.account.GetUserInfo").await] {
        assert!(caller.get(CHECK, &[]).await["accessType"].is_string());
    }
    assert!(server.bearer("x").get(CHECK, &[]).await.get("accessType").is_none());
}

#[tokio::test]
async fn token_management_is_refused_to_tokens() {
    let server = Server::start().await;
    let token = server.extended_token().await;
    for name in ["CreateToken", "EditToken", "RegenerateToken", "DeleteTokens"] {
        let name = format!("users.authentication.{name}");
        let params = [("id", "1"), ("ids", "1"), ("description", "A"), ("apiList", "GetEnvs"), PASS];
        assert_eq!(token.code(&name, &params).await, 8202, "{name}");
        assert!(Registry::all().methods().iter().any(|method| method.name == name), "{name}");
    }
}

#[tokio::test]
async fn a_hundred_tokens_are_the_limit() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for _ in 0..100 {
        assert!(create(&owner, "users.account.GetUserInfo").await["id"].is_i64());
    }
    let params = [("description", "A"), ("apiList", "users.account.GetUserInfo"), PASS];
    assert_eq!(owner.code(CREATE, &params).await, 2338);
}

#[tokio::test]
async fn only_a_hash_of_a_token_is_stored() {
    let server = Server::start().await;
    let secret = server.token("users.account.GetUserInfo").await.credential().to_owned();
    let folder = server.keyrack.settings().data.clone();
    for file in std::fs::read_dir(folder).unwrap().filter_map(Result::ok).filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{:?} holds the secret", file.path());
    }
}

#[tokio::test]
async fn last_used_is_noted_and_expired_tokens_stay_listed() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let params = [("description", "A"), ("apiList", "users.account.GetUserInfo"), ("expiresAt", "2027-01-02"), PASS];
    let key = owner.post(CREATE, &params).await["token"]["key"].as_str().unwrap().to_owned();
    assert_eq!(server.bearer(&key).code(CHECK, &[]).await, 0);
    server.keyrack.flush().await.unwrap();
    server.advance(chrono::TimeDelta::days(3));
    let answer = server.bearer(&key).get(CHECK, &[]).await;
    assert_eq!((&answer["result"], &answer["error"]), (&json!(702), &json!("the token has expired")));
    let listed = server.owner().await.get(TOKENS, &[]).await;
    assert_eq!(listed["apiTokens"][0]["expiresAt"], "2027-01-02 23:59:59");
    assert_eq!(listed["apiTokens"][0]["lastUsed"], "2027-01-01 12:00:00");
}
