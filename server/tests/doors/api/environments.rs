//! `environment.control` and `environment.tracking`, with real processes.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use crate::support::{Server, TestClient};

const NODES: &str = r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:2"},"env":{"GREETING":"hello"}}]"#;

fn control(method: &str) -> String {
    format!("environment.control.{method}")
}

/// Creates an environment of one web node; answers what the call answered.
async fn create(caller: &TestClient<'_>, name: &str) -> Value {
    let env = json!({ "shortdomain": name, "displayName": null }).to_string();
    let answer = caller.post(&control("CreateEnvironment"), &[("env", &env), ("nodes", NODES)]).await;
    assert_eq!(answer["result"], 0, "{answer}");
    answer["response"].clone()
}

async fn status(caller: &TestClient<'_>, name: &str) -> i64 {
    let info = caller.get(&control("GetEnvInfo"), &[("envName", name)]).await;
    info["env"]["status"].as_i64().unwrap_or_else(|| panic!("a status: {info}"))
}

async fn answers(url: &str) -> bool {
    let text = match reqwest::get(url).await {
        Ok(response) => response.text().await.unwrap_or_default(),
        Err(_) => return false,
    };
    text.contains("<dt>tag</dt><dd>2</dd>") && text.contains("<dt>GREETING</dt><dd>hello</dd>")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_stops_a_real_environment() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let info = create(&owner, "my-project").await;
    assert_eq!((&info["result"], &info["env"]["status"]), (&json!(0), &json!(1)));
    let url = info["nodes"][0]["url"].as_str().unwrap().to_owned();
    assert!(answers(&url).await);
    let token = server.token("environment.control.StopEnv").await;
    let reply = token.send(Method::GET, &control("StopEnv"), &[("envName", "my-project")]).await;
    assert_eq!(reply.text, r#"{"result":0}"#);
    assert_eq!(status(&owner, "my-project").await, 2);
    assert!(!answers(&url).await);
    let again = token.post(&control("StopEnv"), &[("ENVNAME", "My-Project")]).await;
    assert_eq!(again["result"], 2212);
    let text = again["error"].as_str().unwrap();
    assert!(text.contains("ENV_STATUS_TYPE_DOWN") && text.contains("ENV_STATUS_TYPE_RUNNING"), "{text}");
    assert_eq!(owner.code(&control("StartEnv"), &[("envName", "my-project")]).await, 0);
    assert_eq!(status(&owner, "my-project").await, 1);
    assert!(answers(&url).await, "at its old address");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_has_all_the_keys_that_clients_read() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "my-project").await;
    let info = owner.get(&control("GetEnvInfo"), &[("envName", "my-project"), ("lazy", "False")]).await;
    let has = |value: &Value, keys: &str| {
        for key in keys.split_whitespace() {
            assert!(value.get(key).is_some(), "{key} is missing in {value}");
        }
    };
    has(&info, "result right env envGroups nodeGroups nodes nodesData nodesInternalDomains");
    has(
        &info["env"],
        "appid contexts createdOn creatorUid domain envName extdomains hardwareNodeGroup hostGroup isFirewallEnabled \
         isTransferring ishaenabled shortdomain sslstate status uid displayName",
    );
    has(&info["env"]["hostGroup"], "displayName uniqueName");
    has(
        &info["nodeGroups"][0],
        "name deployments features isSLBAccessEnabled isSequentialDeploy redeployContainerDelay redeployContextDelay \
         restartContainerDelay restartNodeDelay scalingMode templateType vType",
    );
    has(
        &info["nodes"][0],
        "id name nodeGroup nodeType nodemission type status address intIP url adminUrl ctid customitem diskIoLimit \
         diskIopsLimit diskLimit bandwidthLimit endpoints features fixedCloudlets flexibleCloudlets guestOSType \
         hostOSType osType hasPackages ismaster maxchanks messages packages port singleContext user vType version \
         addons canBeExported contextValidatorRegex",
    );
    has(&info["nodes"][0]["customitem"], "dockerName dockerTag dockerOs dockerManifest dockerVolumes");
    assert_eq!(info["right"], "OWNER");
    assert_eq!(info["env"]["createdOn"], "2027-01-01 12:00:00");
    assert_eq!(info["env"]["domain"], "my-project.localhost");
    assert_eq!(info["nodes"][0]["customitem"]["dockerTag"], "2");
    let all = owner.get(&control("GetEnvs"), &[]).await;
    assert_eq!(all["infos"][0]["env"], info["env"]);
    assert_eq!(all["infos"][0]["nodes"], info["nodes"]);
    let basic = owner.get(&control("GetBasicEnvsInfo"), &[]).await;
    assert_eq!(basic["infos"][0]["env"]["envName"], "my-project");
    assert!(basic["infos"][0].get("nodes").is_none());
    for (uid, count) in [("1", 1), ("2", 0)] {
        assert_eq!(
            owner.get(&control("GetEnvs"), &[("ownerUid", uid)]).await["infos"].as_array().unwrap().len(),
            count
        );
    }
    let appid = info["env"]["appid"].as_str().unwrap().to_uppercase();
    assert_eq!(status(&owner, &appid).await, 1, "the appid is a name too");
    assert_eq!(status(&owner, "my-project.localhost").await, 1);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_done_through_the_api() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a").await["nodes"][0]["id"].to_string();
    let call = async |method: &str, params: &[(&str, &str)]| {
        let answer = owner.post(&control(method), params).await;
        assert_eq!(answer["result"], 0, "{method}: {answer}");
        answer
    };
    call("RestartNodes", &[("envName", "a"), ("nodeId", ""), ("nodeGroup", "cp"), ("delay", "1")]).await;
    let restarted = call("RestartNodeById", &[("envname", "a"), ("nodeid", &node)]).await;
    assert_eq!(restarted["responses"][0]["result"], 0);
    call("SetEnvDisplayName", &[("envName", "a"), ("displayName", "The shop")]).await;
    let clone = call("CloneEnv", &[("srcEnvName", "a"), ("dstEnvName", "b")]).await;
    assert_eq!((&clone["env"]["envName"], &clone["env"]["status"]), (&json!("b"), &json!(1)));
    assert_eq!(clone["nodes"][0]["customitem"]["dockerTag"], "2");
    call("SleepEnv", &[("envName", "b")]).await;
    assert_eq!(status(&owner, "b").await, 4);
    assert_eq!(owner.code(&control("StopEnv"), &[("envName", "b")]).await, 2212);
    let sum = call("GetSumStat", &[("envName", "a"), ("duration", "60")]).await;
    assert!(sum["stats"][0]["mem"].as_u64().unwrap() > 0, "{sum}");
    let logs = call("GetLogs", &[("envName", "a"), ("nodeId", &node)]).await;
    assert_eq!(logs["keywords"]["/"][0]["path"], "output.log");
    let list = call("GetLogsList", &[("envName", "a"), ("nodeId", &node)]).await;
    assert_eq!(list["directories"]["/"][0]["name"], "output.log");
    let lines = [("envName", "a"), ("nodeId", &node), ("path", "/output.log"), ("from", "0"), ("count", "1")];
    let read = call("ReadLog", &lines).await;
    assert!(read["body"].as_str().unwrap().contains("answers on"), "{read}");
    assert!(read["linescount"].as_i64().unwrap() >= 3, "{read}");
    assert_eq!(call("GetRegions", &[]).await["array"][0]["uniqueName"], "local");
    assert_eq!(call("GetTemplates", &[]).await["array"][0]["name"], "keyrack/web");
    call("DeleteEnv", &[("envName", "a"), ("password", "whatever")]).await;
    assert_eq!(owner.code(&control("GetEnvInfo"), &[("envName", "a")]).await, 11);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_answered_with_its_code_and_name() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a").await;
    for (method, params, code, part) in [
        ("StopEnv", vec![("envName", "nosuch")], 11, "nosuch"),
        ("CreateEnvironment", vec![("env", "{"), ("nodes", NODES)], 3, "[env]"),
        ("CreateEnvironment", vec![("env", "{\"shortdomain\":\"a b\"}"), ("nodes", NODES)], 3, "env.shortdomain"),
        ("CreateEnvironment", vec![("env", "{}"), ("nodes", "[{\"docker\":{\"image\":\"nginx\"}}]")], 3, "keyrack/web"),
        ("CreateEnvironment", vec![("env", "{\"shortdomain\":\"A\"}"), ("nodes", NODES)], 9, "taken"),
        ("CloneEnv", vec![("srcEnvName", "a"), ("dstEnvName", "-")], 3, "dstEnvName"),
        ("RestartNodes", vec![("envName", "a"), ("nodeId", "999")], 4, "999"),
        ("RestartNodes", vec![("envName", "a"), ("nodeGroup", "sqldb")], 4, "sqldb"),
        ("RestartNodes", vec![("envName", "a"), ("delay", "-1")], 3, "delay"),
        ("RestartNodeById", vec![("envName", "a"), ("nodeId", "x")], 3, "nodeId"),
        ("ReadLog", vec![("envName", "a"), ("nodeId", "1"), ("path", "/etc/passwd")], 4, "passwd"),
        ("GetSumStat", vec![("envName", "a"), ("duration", "-5")], 3, "duration"),
        ("SetEnvDisplayName", vec![("envName", "a"), ("displayName", "a\nb")], 3, "displayName"),
    ] {
        let answer = owner.post(&control(method), &params).await;
        assert_eq!(answer["result"], code, "{method} {params:?}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(part), "{answer}");
    }
    // A node that does not stay up: the call says why, and the environment is there, broken.
    let nodes = r#"[{"docker":{"image":"keyrack/web"},"cmd":"echo out of luck; exit 3"}]"#;
    let broken =
        owner.post(&control("CreateEnvironment"), &[("env", r#"{"shortdomain":"b"}"#), ("nodes", nodes)]).await;
    assert_eq!(broken["result"], 4081, "{broken}");
    assert!(broken["error"].as_str().unwrap().contains("out of luck"), "{broken}");
    assert_eq!(status(&owner, "b").await, 11);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_and_was_done_can_be_followed() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let tracking = |method: &str| format!("environment.tracking.{method}");
    let env = ("env", r#"{"shortdomain":"a"}"#);
    let nodes = ("nodes", r#"[{"docker":{"image":"keyrack/web"},"cmd":"sleep 1000"}]"#);
    let method = control("CreateEnvironment");
    let params = [env, nodes];
    let creating = owner.post(&method, &params);
    let watching = async {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let now = owner.get(&tracking("GetCurrentActions"), &[]).await;
            if let Some(action) = now["array"].get(0) {
                break action.clone();
            }
            assert!(Instant::now() < until, "the action is never seen");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let (created, seen) = tokio::join!(creating, watching);
    assert_eq!(created["result"], 0, "{created}");
    assert_eq!(
        (&seen["status"], &seen["description"], &seen["uid"]),
        (&json!("RUNNING"), &json!("Creating a"), &json!(1))
    );
    assert!(seen.get("finishedOn").is_none() && seen.get("error").is_none(), "{seen}");
    let id = seen["id"].to_string();
    let after = owner.get(&tracking("GetAction"), &[("id", &id)]).await;
    assert_eq!((&after["object"]["status"], &after["object"]["envName"]), (&json!("DONE"), &json!("a")));
    assert_eq!(owner.get(&tracking("GetCurrentActions"), &[]).await["array"], json!([]));
    assert_eq!(owner.code(&tracking("GetAction"), &[("id", "999")]).await, 4);
    owner.post(&control("StopEnv"), &[("envName", "a")]).await;
    let count = async |params: &[(&str, &str)]| {
        owner.get(&tracking("GetUidActions"), params).await["array"].as_array().unwrap().len()
    };
    assert_eq!(count(&[]).await, 2);
    assert_eq!(count(&[("count", "1")]).await, 1);
    assert_eq!(count(&[("actionTypes", "environment.stop")]).await, 1);
    assert_eq!(count(&[("starttime", "2027-01-01 12:00:01")]).await, 0);
    assert_eq!(count(&[("endtime", "2027-01-01 12:00:00")]).await, 2);
    let clock = server.anonymous().get(&tracking("GetServerUTCTime"), &[]).await;
    assert_eq!(clock["object"], "2027-01-01 12:00:00");
    server.keyrack.environments.stop_all().await;
}
