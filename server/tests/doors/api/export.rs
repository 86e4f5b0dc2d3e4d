//! Manifests: what was exported makes the same environment again.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, TestClient};

fn export(method: &str) -> String {
    format!("environment.export.{method}")
}

async fn manifest(owner: &TestClient<'_>, name: &str) -> String {
    let made = owner.post(&export("Create"), &[("settings", &json!({ "envName": name }).to_string())]).await;
    assert_eq!(made["result"], 0, "{made}");
    let id = made["object"]["id"].to_string();
    let read = owner.get(&export("GetManifest"), &[("envName", name), ("id", &id)]).await;
    read["manifest"].as_str().unwrap_or_else(|| panic!("a manifest: {read}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_makes_the_same_environment_again() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let env = json!({ "shortdomain": "a", "displayName": "Shop: \"north\"", "ishaenabled": true }).to_string();
    let nodes = json!([
        { "nodeGroup": "cp", "count": 2, "flexibleCloudlets": 6, "docker": {
            "image": "keyrack/web:2", "env": { "GREETING": "yes", "EMPTY": "", "N": "1e3", "LINES": "a\nb: #c" },
            "volumes": ["/data"], "displayName": "Front" } },
        { "nodeGroup": "bl", "docker": { "image": "keyrack/web:1" } },
    ])
    .to_string();
    let made = owner.post("environment.control.CreateEnvironment", &[("env", &env), ("nodes", &nodes)]).await;
    assert_eq!(made["result"], 0, "{made}");
    let set = async |method: &str, params: &[(&str, &str)]| {
        let mut all = vec![("envName", "a")];
        all.extend(params);
        let answer = owner.post(&format!("environment.control.{method}"), &all).await;
        assert_eq!(answer["result"], 0, "{method}: {answer}");
    };
    set("AttachEnvGroup", &[("envGroup", "shops/berlin")]).await;
    set("SetNodeGroupDisplayName", &[("nodeGroup", "bl"), ("displayName", "Balancer")]).await;
    set("ApplyNodeGroupData", &[("nodeGroup", "cp"), ("data", r#"{"scale":{"max":3}}"#)]).await;
    set("AddEnvProperty", &[("properties", r#"{"owner":"team 7","n":[1,2]}"#)]).await;
    let first = manifest(&owner, "a").await;
    assert!(first.starts_with("keyrack: 1"), "{first}");
    let imported = owner.post(&export("Import"), &[("manifest", &first), ("envName", "b")]).await;
    assert_eq!((&imported["result"], &imported["response"]["env"]["status"]), (&json!(0), &json!(1)), "{imported}");
    let second = manifest(&owner, "b").await;
    assert_eq!(second.replace("shortdomain: b", "shortdomain: a"), first, "the same but for the name");
    let node: Value = imported["response"]["nodes"][0].clone();
    let page = reqwest::get(node["url"].as_str().unwrap()).await.unwrap().text().await.unwrap();
    assert!(page.contains("GREETING"), "{page}");
    let list = owner
        .get("environment.file.GetList", &[("envName", "b"), ("path", "/data"), ("nodeId", &node["id"].to_string())])
        .await;
    assert_eq!(list["result"], 0, "the volume's folder is there: {list}");
    // Once more under the same name, and what is no manifest.
    assert_eq!(owner.code(&export("Import"), &[("manifest", &first)]).await, 9, "the name is taken");
    for wrong in [
        "",
        "hello",
        "keyrack: 2\nenv: {}\nnodes: []",
        "keyrack: 1\nenv: {}\nnodes: []\nsurprise: 1",
        "keyrack: 1\nenv: []\nnodes: []",
        &"x".repeat(300_000),
    ] {
        let refused = owner.post(&export("Import"), &[("manifest", wrong)]).await;
        assert_eq!(refused["result"], 3, "{wrong:.40}: {refused}");
    }
    let exports = owner.get(&export("GetList"), &[("envName", "a")]).await;
    let id = exports["array"][0]["id"].to_string();
    let token = server.token("environment.export.GetList").await;
    assert_eq!(token.code(&export("GetManifest"), &[("envName", "a"), ("id", &id)]).await, 8202);
    assert_eq!(owner.code(&export("GetManifest"), &[("envName", "b"), ("id", &id)]).await, 4, "of another environment");
    server.keyrack.accounts.create_user_with_account("eve@example.org", PASSWORD).await.unwrap();
    let eve = server.session("eve@example.org", PASSWORD).await;
    assert_eq!(eve.code(&export("Delete"), &[("envName", "a"), ("id", &id)]).await, 11);
    assert_eq!(owner.code(&export("Delete"), &[("envName", "a"), ("id", &id)]).await, 0);
    assert_eq!(owner.code(&export("Delete"), &[("envName", "a"), ("id", &id)]).await, 4);
    let audit = server.audit().await.join("\n");
    assert!(audit.contains("export.create environment:a") && audit.contains("export.delete environment:a"), "{audit}");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_belongs_to_its_environment() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web"}}]"#;
    for name in ["a", "b"] {
        let env = json!({ "shortdomain": name }).to_string();
        assert_eq!(owner.code("environment.control.CreateEnvironment", &[("env", &env), ("nodes", nodes)]).await, 0);
    }
    let text = manifest(&owner, "a").await;
    let exports = async |name: &str| owner.get(&export("GetList"), &[("envName", name)]).await["array"].clone();
    let before = exports("a").await;
    let id = before[0]["id"].to_string();
    assert_eq!(exports("b").await, json!([]));
    assert_eq!(owner.code(&export("Delete"), &[("envName", "b"), ("id", &id)]).await, 4);
    assert_eq!(exports("a").await, before, "it is still there");
    // A manifest is read up to a length, also when all that makes it long is a comment.
    let long = format!("{text}\n# {}", "x".repeat(256 << 10));
    let refused = owner.post(&export("Import"), &[("manifest", &long), ("envName", "c")]).await;
    assert_eq!(refused["result"], 3, "{refused}");
    assert!(refused["error"].as_str().unwrap().contains("256 KiB"), "{refused}");
    for _ in 1..50 {
        manifest(&owner, "a").await;
    }
    let settings = json!({ "envName": "a" }).to_string();
    assert_eq!(owner.code(&export("Create"), &[("settings", &settings)]).await, 2338);
    server.keyrack.environments.stop_all().await;
}
