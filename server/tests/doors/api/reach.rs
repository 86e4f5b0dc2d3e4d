//! The columns of the authorization matrix for a token that is limited to environments: every declared method × every way to name
//! what lies beyond its reach, over HTTP. What lies beyond is answered to the byte as what is not there. And attacks on the wall
//! through doors that are not the obvious one.

use chrono::TimeDelta;
use http::Method as Verb;
use keyrack_domain::methods::{ActsOn, TokenAccess};
use keyrack_server::dispatch::registry::{Effect, Method};
use serde_json::{Value, json};

use super::matrix::{everything_but, names_environment, permitted, server};
use super::nodes::{create, web};
use crate::support::{Server, TestClient, Wire};

const INSIDE: &str = "inside";
const OUTSIDE: &str = "hidden-shop";
/// A name that nothing has, as long as that of the environment beyond the reach.
const MISSING: &str = "absent-shop";
const LIMITED: &str = "this token is limited to environments";

/// A token with everything that can be ticked, limited to these environments.
async fn limited<'a>(server: &'a Server, owner: &TestClient<'_>, more: &[(&str, &str)]) -> (String, TestClient<'a>) {
    let everything = everything_but("");
    let mut params = vec![("description", "A"), ("apiList", everything.as_str()), ("expiresAt", "never")];
    params.extend(more);
    let made = owner.post("users.authentication.CreateToken", &params).await;
    let token = &made["token"];
    let secret = token["key"].as_str().unwrap_or_else(|| panic!("{made}"));
    (token["id"].to_string(), server.bearer(secret))
}

/// An environment beyond the reach, with one of everything that can belong to it.
struct Beyond {
    appid: String,
    node: String,
    export: String,
    task: String,
    installation: String,
    action: String,
    upload: String,
}

impl Beyond {
    async fn furnish(owner: &TestClient<'_>, wire: &Wire) -> Beyond {
        let nodes = create(owner, OUTSIDE, &web(1)).await;
        let info = owner.get("environment.control.GetEnvInfo", &[("envName", OUTSIDE)]).await;
        let settings = json!({ "envName": OUTSIDE }).to_string();
        let export = owner.post("environment.export.Create", &[("settings", &settings)]).await;
        let task = [("envName", OUTSIDE), ("trigger", "0 3 * * *"), ("script", "environment.control.StopEnv")];
        let task = owner.post("utils.scheduler.CreateEnvTask", &task).await;
        let manifest = "type: update\nname: Secret add-on\nonInstall: {log: a}\nactions: {again: {log: a}}";
        let installed = owner.post("marketplace.jps.Install", &[("jps", manifest), ("envName", OUTSIDE)]).await;
        let actions = owner.get("environment.tracking.GetUidActions", &[]).await;
        let upload = permitted().find(|method| method.name == "storage.uploader.Upload").unwrap();
        let upload = wire.call(Verb::POST, upload, Some(owner.credential()), &[]).await;
        let action = actions["array"].as_array().unwrap().iter().find(|action| action.to_string().contains(OUTSIDE));
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned();
        Beyond {
            appid: text(&info["env"]["appid"]),
            node: nodes[0]["id"].to_string(),
            export: export["object"]["id"].to_string(),
            task: task["object"]["id"].to_string(),
            installation: text(&find(&installed, "appUniqueName").unwrap_or_else(|| panic!("{installed}"))),
            action: action.unwrap_or_else(|| panic!("{actions}"))["id"].to_string(),
            upload: text(&upload["file"]),
        }
    }

    /// The ways to name the environment, each beside the same way to name one that there is not.
    fn names(&self) -> [(&'static str, String, String); 4] {
        let appid: String = self.appid.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
        [
            ("by name", OUTSIDE.into(), MISSING.into()),
            ("in upper case", OUTSIDE.to_uppercase(), MISSING.to_uppercase()),
            ("by domain", format!("{OUTSIDE}.localhost"), format!("{MISSING}.localhost")),
            ("by appid", self.appid.clone(), appid),
        ]
    }

    /// The number or name of something that belongs to it, where a method's parameter takes one, beside one that there is not.
    fn belonging(&self, method: &Method, param: &str) -> Option<(&'static str, String, String)> {
        let unknown = |known: &str| "9".repeat(known.len().max(6));
        let (what, known, unknown) = match param.to_ascii_lowercase().as_str() {
            "nodeid" => ("node id", &self.node, unknown(&self.node)),
            "appuniquename" => ("installation", &self.installation, "00000000-0000-4000-8000-000000000000".to_owned()),
            "fileurl" | "sourcepath" if method.params.iter().any(|one| one.example.contains("/deploy/archives/")) => {
                let (address, name) = self.upload.rsplit_once('/').unwrap();
                let (address, _) = address.rsplit_once('/').unwrap();
                ("upload", &self.upload, format!("{address}/{}/{name}", "0".repeat(32)))
            }
            "id" if method.name.starts_with("environment.export.") => ("export", &self.export, unknown(&self.export)),
            "id" if method.name == "environment.tracking.GetAction" => ("action", &self.action, unknown(&self.action)),
            "id" | "ids" if method.name.starts_with("utils.scheduler.") => ("task", &self.task, unknown(&self.task)),
            _ => return None,
        };
        Some((what, known.clone(), unknown))
    }
}

/// The first value under this key, however deep.
fn find(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Object(map) => map.get(key).cloned().or_else(|| map.values().find_map(|value| find(value, key))),
        Value::Array(items) => items.iter().find_map(|value| find(value, key)),
        _ => None,
    }
}

/// The examples of the documentation within the reach, with one parameter as it is said.
fn with(method: &Method, param: &str, value: &str) -> Vec<(&'static str, String)> {
    let needed = method.params.iter().filter(|one| one.shown || names_environment(one.name) || one.name == param);
    needed
        .map(|one| match one.name {
            name if name == param => (name, value.to_owned()),
            name if names_environment(name) => (name, INSIDE.to_owned()),
            name => (name, one.example.to_owned()),
        })
        .collect()
}

/// An answer, but for what the client wrote itself.
fn without(answer: &str, written: &str) -> String {
    let mut answer: Value = serde_json::from_str(answer).unwrap();
    if let Some(error) = answer.get_mut("error") {
        *error = error.as_str().unwrap().replace(written, "×").into();
    }
    answer.to_string()
}

async fn call(wire: &Wire, method: &Method, caller: &TestClient<'_>, params: &[(&'static str, String)]) -> String {
    let params: Vec<_> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    wire.call(Verb::POST, method, Some(caller.credential()), &params).await.to_string()
}

/// Everything that the owner sees of the environment beyond the reach.
async fn everything_of(owner: &TestClient<'_>) -> Vec<Value> {
    let mut seen = Vec::new();
    for (method, params) in [
        ("environment.control.GetEnvInfo", [("envName", OUTSIDE)].as_slice()),
        ("environment.export.GetList", &[("envName", OUTSIDE)]),
        ("environment.file.GetFavorites", &[("envName", OUTSIDE)]),
        ("environment.deployment.GetDeployments", &[("envName", OUTSIDE)]),
        ("environment.control.GetEnvProperty", &[("envName", OUTSIDE)]),
        ("utils.scheduler.GetTasks", &[]),
        ("marketplace.installation.GetList", &[]),
        ("environment.group.GetGroups", &[]),
        ("environment.deployment.GetArchives", &[]),
    ] {
        seen.push(owner.get(method, params).await);
    }
    let kept = |action: &&Value| action.to_string().contains(OUTSIDE);
    let actions = owner.get("environment.tracking.GetUidActions", &[]).await;
    seen.extend(actions["array"].as_array().unwrap().iter().filter(kept).cloned());
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_the_reach_of_a_token_does_not_exist_for_any_method() {
    let server = server().await;
    let owner = server.owner().await;
    let wire = Wire::listen(&server).await;
    create(&owner, INSIDE, &web(1)).await;
    let beyond = Beyond::furnish(&owner, &wire).await;
    let (_, token) = limited(&server, &owner, &[("environments", INSIDE), ("mayCreate", "true")]).await;
    let before = everything_of(&owner).await;
    let (mut cells, mut columns) = (0, std::collections::BTreeSet::new());
    for method in
        permitted().filter(|method| method.token == TokenAccess::WhenTicked && method.acts_on != ActsOn::Account)
    {
        for param in method.params {
            let named = if names_environment(param.name) && method.name != "environment.export.Import" {
                // The name of what is made is no name of what is there.
                let makes = method.params.iter().any(|one| one.name == "jps" || one.name == "nodes");
                if makes { Vec::new() } else { beyond.names().to_vec() }
            } else {
                beyond.belonging(method, param.name).into_iter().collect()
            };
            for (column, known, unknown) in named {
                let there = call(&wire, method, &token, &with(method, param.name, &known)).await;
                let nowhere = call(&wire, method, &token, &with(method, param.name, &unknown)).await;
                assert_eq!(
                    without(&there, &known),
                    without(&nowhere, &unknown),
                    "{} × {} {column}",
                    method.name,
                    param.name
                );
                assert!(known == beyond.appid || !there.contains(&beyond.appid), "{} × {column}: {there}", method.name);
                cells += 1;
                columns.insert(column);
            }
        }
    }
    assert_eq!(columns.len(), 10, "{columns:?}");
    assert!(cells > 300, "only {cells} cells");
    assert_eq!(everything_of(&owner).await, before, "nothing has changed it");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_the_reach_of_a_token_is_in_no_answer() {
    let server = server().await;
    let owner = server.owner().await;
    let wire = Wire::listen(&server).await;
    create(&owner, INSIDE, &web(1)).await;
    let beyond = Beyond::furnish(&owner, &wire).await;
    let (_, token) = limited(&server, &owner, &[("environments", INSIDE)]).await;
    for method in permitted().filter(|method| method.effect == Effect::Read && method.token == TokenAccess::WhenTicked)
    {
        let answer = call(&wire, method, &token, &with(method, "", "")).await;
        for secret in [OUTSIDE, "Secret add-on", &beyond.appid, &beyond.installation] {
            assert!(!answer.contains(secret), "{}: {answer}", method.name);
        }
        let account = method.acts_on == ActsOn::Account;
        assert_eq!(answer.contains(LIMITED), account, "{}: {answer}", method.name);
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_a_reach_is_refused_what_acts_on_the_account() {
    let server = server().await;
    let owner = server.owner().await;
    let wire = Wire::listen(&server).await;
    create(&owner, INSIDE, &web(1)).await;
    let (_, token) = limited(&server, &owner, &[("environments", INSIDE)]).await;
    let (_, nothing) = limited(&server, &owner, &[("environments", "[]"), ("mayCreate", "true")]).await;
    for method in permitted().filter(|method| method.token == TokenAccess::WhenTicked) {
        if !matches!(method.acts_on, ActsOn::Account | ActsOn::NewEnvironment) {
            continue;
        }
        let answer = call(&wire, method, &token, &with(method, "", "")).await;
        assert!(answer.contains("8202") && answer.contains(LIMITED), "{}: {answer}", method.name);
        if method.acts_on == ActsOn::Account {
            let answer = call(&wire, method, &nothing, &with(method, "", "")).await;
            assert!(answer.contains("8202") && answer.contains(LIMITED), "{}: {answer}", method.name);
        }
    }
    for always in ["users.authentication.CheckSign", "users.account.GetUserInfo", "environment.control.GetRegions"] {
        assert_eq!(token.code(always, &[]).await, 0, "{always}");
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_of_a_token_that_was_narrowed_since_ends_with_11() {
    let server = server().await;
    let owner = server.owner().await;
    create(&owner, INSIDE, &web(1)).await;
    create(&owner, OUTSIDE, &web(1)).await;
    let (id, token) = limited(&server, &owner, &[("environments", &format!("{INSIDE},{OUTSIDE}"))]).await;
    let params = [
        ("envName", OUTSIDE),
        ("trigger", "*/10 * * * *"),
        ("script", "environment.control.SetEnvDisplayName"),
        ("params", r#"{"displayName":"By the task"}"#),
    ];
    assert_eq!(token.code("utils.scheduler.CreateEnvTask", &params).await, 0);
    let stops = [("envName", INSIDE), ("trigger", "*/10 * * * *"), ("script", "environment.control.StopEnv")];
    assert_eq!(token.code("utils.scheduler.CreateEnvTask", &stops).await, 0);
    for script in ["environment.group.GetGroups", "environment.control.CloneEnv"] {
        let params = [("envName", INSIDE), ("trigger", "*/10 * * * *"), ("script", script)];
        let refused = token.post("utils.scheduler.CreateEnvTask", &params).await;
        assert_eq!(refused["result"], 8202, "{script}: {refused}");
    }
    let edited = owner.post("users.authentication.EditToken", &[("id", &id), ("environments", INSIDE)]).await;
    assert_eq!(edited["result"], 0, "{edited}");
    server.advance(TimeDelta::minutes(10));
    assert_eq!(server.run_due_tasks().await, 2);
    let tasks = owner.get("utils.scheduler.GetTasks", &[]).await;
    let results: Vec<_> = tasks["objects"].as_array().unwrap().iter().map(|task| task["lastResult"].clone()).collect();
    assert_eq!(results, [json!(11), json!(0)], "{tasks}");
    let info = owner.get("environment.control.GetEnvInfo", &[("envName", OUTSIDE)]).await;
    assert_ne!(info["env"]["displayName"], "By the task");
    let seen = token.get("utils.scheduler.GetTasks", &[]).await;
    assert_eq!(seen["objects"].as_array().map(Vec::len), Some(1), "{seen}");
    // Whoever edits a task has it run with its own reach from then on.
    assert_eq!(token.code("utils.scheduler.DeleteTasks", &[("ids", "*")]).await, 0);
    let left = owner.get("utils.scheduler.GetTasks", &[]).await;
    assert_eq!(left["objects"].as_array().map(Vec::len), Some(1), "{left}");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_makes_by_any_method_is_within_its_reach() {
    let server = server().await;
    let owner = server.owner().await;
    create(&owner, OUTSIDE, &web(1)).await;
    let (id, token) = limited(&server, &owner, &[("environments", "[]"), ("mayCreate", "true")]).await;
    create(&token, "one", &web(1)).await;
    let cloned = token.post("environment.control.CloneEnv", &[("srcEnvName", "one"), ("dstEnvName", "two")]).await;
    assert_eq!(cloned["result"], 0, "{cloned}");
    let nodes = r#"[{"nodeGroup":"cp","image":"keyrack/web:latest"}]"#;
    let manifest = format!(r#"{{"keyrack":1,"env":{{"shortdomain":"three"}},"nodes":{nodes}}}"#);
    let imported = token.post("environment.export.Import", &[("manifest", &manifest)]).await;
    assert_eq!(imported["result"], 0, "{imported}");
    let jps = "type: install\nname: x\nnodes: {image: keyrack/web, nodeGroup: cp}\nonInstall: {environment.control.SetEnvDisplayName: {displayName: Four}}";
    let installed = token.post("marketplace.jps.Install", &[("jps", jps), ("envName", "four")]).await;
    assert_eq!(installed["result"], 0, "{installed}");
    let listed = async || {
        let answer = owner.get("users.authentication.GetTokens", &[("ids", &id)]).await;
        find(&answer, "environments").unwrap_or_else(|| panic!("{answer}"))
    };
    assert_eq!(listed().await, json!(["four", "one", "three", "two"]));
    let environments = token.get("environment.control.GetEnvs", &[]).await;
    assert_eq!(environments["infos"].as_array().map(Vec::len), Some(4), "{environments}");
    // A name that is taken is refused as a stranger's is, whoever has it.
    let env = json!({ "shortdomain": OUTSIDE }).to_string();
    let taken =
        token.post("environment.control.CreateEnvironment", &[("env", &env), ("nodes", &web(1).to_string())]).await;
    server.keyrack.accounts.create_user_with_account("eve@example.org", crate::support::PASSWORD).await.unwrap();
    let eve = server.session("eve@example.org", crate::support::PASSWORD).await;
    let stranger =
        eve.post("environment.control.CreateEnvironment", &[("env", &env), ("nodes", &web(1).to_string())]).await;
    assert_eq!(taken, stranger);
    for name in ["two", "four"] {
        assert_eq!(token.code("environment.control.DeleteEnv", &[("envName", name)]).await, 0);
    }
    assert_eq!(listed().await, json!(["one", "three"]));
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_asked_for_within_the_reach() {
    let server = server().await;
    let owner = server.owner().await;
    create(&owner, INSIDE, &web(1)).await;
    create(&owner, OUTSIDE, &web(1)).await;
    let (_, token) = limited(&server, &owner, &[("environments", INSIDE)]).await;
    let check = async |caller: &TestClient<'_>, method: &str, name: &str| {
        caller.code("users.collaboration.CheckEnvironmentRights", &[("serviceMethod", method), ("envName", name)]).await
    };
    let stop = "environment.control.StopEnv";
    assert_eq!(check(&token, stop, INSIDE).await, 0);
    assert_eq!((check(&token, stop, OUTSIDE).await, check(&token, stop, MISSING).await), (8, 8));
    assert_eq!(check(&token, "environment.group.GetGroups", INSIDE).await, 8);
    assert_eq!((check(&owner, stop, OUTSIDE).await, check(&owner, stop, MISSING).await), (0, 0));
    server.keyrack.environments.stop_all().await;
}
