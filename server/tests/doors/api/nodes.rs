//! Nodes for tests: made, changed, and looked at from outside.

use serde_json::{Value, json};

use crate::support::TestClient;

/// `count` web nodes.
pub fn web(count: u32) -> Value {
    json!([{ "nodeGroup": "cp", "count": count, "docker": { "image": "keyrack/web" } }])
}

/// Makes an environment; answers its nodes.
pub async fn create(caller: &TestClient<'_>, name: &str, nodes: &Value) -> Vec<Value> {
    create_with(caller, name, nodes, &[]).await
}

/// As [`create`], with more parameters.
pub async fn create_with(caller: &TestClient<'_>, name: &str, nodes: &Value, more: &[(&str, &str)]) -> Vec<Value> {
    let (env, nodes) = (json!({ "shortdomain": name }).to_string(), nodes.to_string());
    let mut params = vec![("env", env.as_str()), ("nodes", nodes.as_str())];
    params.extend(more);
    let answer = caller.post("environment.control.CreateEnvironment", &params).await;
    assert_eq!(answer["result"], 0, "{answer}");
    answer["response"]["nodes"].as_array().unwrap().clone()
}

/// Calls a method, which has to succeed, for the environment `a` unless another one is named.
pub async fn done(caller: &TestClient<'_>, method: &str, params: &[(&str, &str)]) -> Value {
    let mut all = params.to_vec();
    if !params.iter().any(|(name, _)| *name == "envName") {
        all.push(("envName", "a"));
    }
    let answer = caller.post(method, &all).await;
    assert_eq!(answer["result"], 0, "{method} {params:?}: {answer}");
    answer
}

/// What a node answers there: status and text.
pub async fn served(node: &Value, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{}/{path}", node["url"].as_str().unwrap())).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The text of what a node serves there.
pub async fn page(node: &Value, path: &str) -> String {
    let (status, text) = served(node, path).await;
    assert_eq!(status, 200, "{path}: {text}");
    text
}
