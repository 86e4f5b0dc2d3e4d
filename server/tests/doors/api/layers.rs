//! Redeploying, volumes, cloudlets, logs, names, properties, groups.

use serde_json::{Value, json};

use super::nodes::{self, create, create_with, page};
use crate::support::{Server, TestClient};

fn control(method: &str) -> String {
    format!("environment.control.{method}")
}

fn web(count: u32) -> Value {
    json!([{ "nodeGroup": "cp", "count": count, "docker": { "image": "keyrack/web:1" } }])
}

/// Calls a method for the environment `a`, which has to succeed.
async fn done(caller: &TestClient<'_>, method: &str, params: &[(&str, &str)]) -> Value {
    let name = if method.contains('.') { method.to_owned() } else { control(method) };
    nodes::done(caller, &name, params).await
}

/// The tag that a node shows on its page: that of the running process.
async fn running_tag(node: &Value) -> String {
    let page = page(node, "").await;
    let (_, rest) = page.split_once("<dt>tag</dt><dd>").unwrap();
    rest.split_once("</dd>").unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tag_really_runs_and_volumes_stay_or_are_emptied() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = create(&owner, "a", &web(2)).await;
    let id = nodes[0]["id"].to_string();
    let at = ("nodeId", id.as_str());
    let token = server.token("RedeployContainersByGroup").await;
    let answer = done(&token, "RedeployContainersByGroup", &[("nodeGroup", "cp"), ("tag", "2")]).await;
    assert_eq!(answer["responses"].as_array().unwrap().len(), 2);
    assert_eq!((running_tag(&nodes[0]).await, running_tag(&nodes[1]).await), ("2".into(), "2".into()));
    let info = done(&owner, "GetEnvInfo", &[]).await;
    assert_eq!((&info["env"]["status"], &info["nodes"][1]["customitem"]["dockerTag"]), (&json!(1), &json!("2")));
    done(&owner, "RedeployContainerById", &[at, ("tag", "latest")]).await;
    assert_eq!((running_tag(&nodes[0]).await, running_tag(&nodes[1]).await), ("latest".into(), "2".into()));
    assert_eq!(done(&owner, "GetContainerNodeTags", &[at]).await["object"], json!(["1", "2", "latest"]));
    let tags = done(&owner, "GetNodeTags", &[at]).await;
    assert_eq!(tags["array"][2], json!({ "name": "latest", "image": "keyrack/web", "current": true }));
    assert_eq!(done(&owner, "GetContainerTags", &[("image", "keyrack/web:2")]).await["object"][0], "1");
    let manifest = done(&owner, "GetContainerManifest", &[("image", "keyrack/web")]).await;
    assert_eq!(manifest["object"]["listens"], true);
    // Volumes.
    done(&owner, "AddContainerVolumes", &[at, ("volumes", r#"["/data","/cache/deep"]"#)]).await;
    done(&owner, "AddContainerVolumeByGroup", &[("nodeGroup", "cp"), ("path", "shared")]).await;
    done(&owner, "AddContainerVolume", &[at, ("path", "/www")]).await;
    let volumes = done(&owner, "GetContainerVolumesById", &[at]).await;
    assert_eq!(volumes["object"], json!(["/cache/deep", "/data", "/shared", "/www"]));
    done(&owner, "RemoveContainerVolume", &[at, ("path", "/cache/deep")]).await;
    done(&owner, "RemoveContainerVolumes", &[at, ("volumes", "/www")]).await;
    done(&owner, "RemoveContainerVolumeByGroup", &[("nodeGroup", "cp"), ("path", "/shared")]).await;
    let of_layer = done(&owner, "GetContainerVolumesByGroup", &[("nodeGroup", "cp")]).await;
    assert_eq!(of_layer["object"], json!(["/data"]));
    let folder = server.keyrack.settings().data.join("nodes").join(&id);
    for path in ["data/kept", "www/page"] {
        done(&owner, "environment.file.Write", &[at, ("path", path), ("body", "x")]).await;
    }
    done(&owner, "RedeployContainers", &[at, ("tag", "1")]).await;
    assert!(folder.join("data/kept").exists() && folder.join("www/page").exists());
    done(&owner, "RedeployContainers", &[at, ("tag", "2"), ("useExistingVolumes", "false")]).await;
    assert!(folder.join("data").is_dir() && !folder.join("data/kept").exists() && folder.join("www/page").exists());
    // A stopped environment is redeployed without being started.
    done(&owner, "StopEnv", &[]).await;
    done(&owner, "RedeployContainers", &[("tag", "1")]).await;
    assert_eq!(done(&owner, "GetEnvInfo", &[]).await["env"]["status"], 2);
    done(&owner, "StartEnv", &[]).await;
    assert_eq!(running_tag(&nodes[1]).await, "1");
    done(&owner, "RestartContainerById", &[at]).await;
    assert_eq!(done(&owner, "RestartServices", &[]).await["responses"].as_array().unwrap().len(), 2);
    let audit = server.audit().await.join("\n");
    assert!(audit.contains("environment.redeploy environment:a") && audit.contains(r#""tag":"latest""#), "{audit}");
    for action in ["volume.add", "volume.remove"] {
        assert!(audit.contains(&format!(" {action} environment:a")), "{audit}");
    }
    server.keyrack.environments.stop_all().await;
}

/// The limit of private memory of a process that has this variable, in bytes.
fn data_limit(node: &str) -> Option<u64> {
    let wanted = format!("KEYRACK_NODE={node}");
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        if environ.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
            && String::from_utf8_lossy(&environ).contains("KEYRACK_ENVIRONMENT=limited")
        {
            let limits = std::fs::read_to_string(entry.path().join("limits")).ok()?;
            let line = limits.lines().find(|line| line.starts_with("Max data size"))?;
            return line.split_whitespace().nth(3)?.parse().ok();
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn cloudlets_limit_processes() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "limited", &web(1)).await.remove(0);
    let id = node["id"].to_string();
    const MIB: u64 = 1024 * 1024;
    assert_eq!(data_limit(&id), Some(4 * 128 * MIB));
    let env = ("envName", "limited");
    let to =
        |count| [env, ("nodeid", id.as_str()), ("count", "1"), ("fixedCloudlets", "1"), ("flexibleCloudlets", count)];
    done(&owner, "SetCloudletsCountById", &to("2")).await;
    done(&owner, "RestartNodes", &[env]).await;
    assert_eq!(data_limit(&id), Some(2 * 128 * MIB));
    let group = [env, ("nodeGroup", "cp"), ("fixedCloudlets", "3"), ("flexibleCloudlets", "1")];
    done(&owner, "SetCloudletsCountByGroup", &group).await;
    done(&owner, "RestartNodes", &[env]).await;
    assert_eq!(data_limit(&id), Some(3 * 128 * MIB), "at least what it has for certain");
    assert_eq!(done(&owner, "GetEnvInfo", &[env]).await["nodes"][0]["flexibleCloudlets"], 3);
    assert_eq!(owner.code(&control("SetCloudletsCountById"), &to("513")).await, 3);
    assert_eq!(owner.code(&control("SetCloudletsCountById"), &to("-1")).await, 3);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_logs_and_what_clients_keep() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await.remove(0);
    let id = node["id"].to_string();
    let at = ("nodeId", id.as_str());
    done(&owner, "SetNodeDisplayName", &[at, ("displayName", "Front")]).await;
    done(&owner, "SetNodeGroupDisplayName", &[("nodeGroup", "CP"), ("displayName", "Shop windows")]).await;
    let info = done(&owner, "GetEnvInfo", &[]).await;
    assert_eq!(info["nodes"][0]["displayName"], "Front");
    let layers = done(&owner, "GetNodeGroups", &[]).await;
    assert_eq!(
        (&layers["object"][0]["name"], &layers["object"][0]["displayName"]),
        (&json!("cp"), &json!("Shop windows"))
    );
    done(&owner, "ApplyNodeGroupData", &[("nodeGroup", "cp"), ("data", r#"{"owner":"ada","name":"forged"}"#)]).await;
    done(&owner, "environment.nodegroup.ApplyData", &[("nodeGroup", "cp"), ("data", r#"{"color":"red"}"#)]).await;
    done(&owner, "environment.nodegroup.SetOptions", &[("nodeGroup", "cp"), ("options", r#"{"owner":null,"x":1}"#)])
        .await;
    let layer = &done(&owner, "environment.nodegroup.Get", &[("nodeGroup", "cp")]).await["object"];
    assert_eq!((&layer["color"], &layer["x"], &layer["name"]), (&json!("red"), &json!(1), &json!("cp")));
    assert!(layer.get("owner").is_none());
    // Logs.
    let read = async || done(&owner, "ReadLog", &[at, ("path", "output.log")]).await["linescount"].as_u64().unwrap();
    assert!(read().await > 0);
    done(&owner, "ClearLog", &[at, ("path", "/output.log")]).await;
    assert_eq!(read().await, 0);
    done(&owner, "RestartNodeById", &[at]).await;
    assert!(read().await > 0, "the log goes on");
    done(&owner, "RemoveLog", &[at, ("path", "output.log")]).await;
    assert_eq!(read().await, 0);
    for path in ["../../keyrack.db", "passwd", "output.log.1"] {
        assert_eq!(owner.code(&control("RemoveLog"), &[("envName", "a"), at, ("path", path)]).await, 4, "{path}");
        assert_eq!(owner.code(&control("ClearLog"), &[("envName", "a"), at, ("path", path)]).await, 4, "{path}");
    }
    // Properties.
    done(&owner, "AddEnvProperty", &[("properties", r#"{"one":1,"two":{"deep":[true]}}"#)]).await;
    let twice = [("envName", "a"), ("properties", r#"{"three":3,"one":2}"#)];
    assert_eq!(owner.code(&control("AddEnvProperty"), &twice).await, 9);
    assert_eq!(done(&owner, "GetEnvProperty", &[]).await["object"], json!({ "one": 1, "two": { "deep": [true] } }));
    done(&owner, "ApplyEnvProperty", &twice).await;
    assert_eq!(
        done(&owner, "GetEnvProperty", &[("propertyKeys", "one;three")]).await["object"],
        json!({ "one": 2, "three": 3 })
    );
    done(&owner, "RemoveEnvProperty", &[("propertyKeys", r#"["one","nosuch"]"#)]).await;
    assert_eq!(done(&owner, "GetEnvProperty", &[("propertyKeys", "one")]).await["object"], json!({}));
    let large = json!({ "x": "y".repeat(100_000) }).to_string();
    for (method, params, code) in [
        ("ApplyEnvProperty", vec![("properties", "[]")], 3),
        ("ApplyEnvProperty", vec![("properties", large.as_str())], 2338),
        ("SetNodeGroupDisplayName", vec![("nodeGroup", "sqldb"), ("displayName", "x")], 4),
        ("SetNodeDisplayName", vec![("nodeId", "999")], 4),
        ("SetNodeDisplayName", vec![at, ("displayName", "a\nb")], 3),
        ("ApplyNodeGroupData", vec![("nodeGroup", "cp"), ("data", "1")], 3),
        ("RedeployContainers", vec![("tag", "a b")], 3),
        ("RedeployContainerById", vec![("nodeId", "999"), ("tag", "1")], 4),
        ("GetContainerTags", vec![("image", "nginx")], 4),
        ("AddContainerVolume", vec![at, ("path", "/")], 3),
        ("AddContainerVolume", vec![at, ("path", "../x")], 3),
        ("RemoveContainerVolume", vec![at, ("path", "/nosuch")], 4),
    ] {
        let mut all = vec![("envName", "a")];
        all.extend(params);
        let answer = owner.post(&control(method), &all).await;
        assert_eq!(answer["result"], code, "{method} {all:?}: {answer}");
    }
    done(&owner, "environment.file.Write", &[("path", "file")]).await;
    assert_eq!(owner.code(&control("AddContainerVolume"), &[("envName", "a"), at, ("path", "file")]).await, 3);
    let audit = server.audit().await.join("\n");
    for action in [
        "node.rename",
        "layer.rename",
        "layer.apply",
        "log.clear",
        "log.remove",
        "properties.keep",
        "properties.forget",
    ] {
        assert!(audit.contains(&format!(" {action} environment:a")), "{action}: {audit}");
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_are_grouped() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let group = |method: &str| format!("environment.group.{method}");
    create_with(&owner, "a", &web(1), &[("envGroups", "shops/berlin, my own")]).await;
    let of = async || done(&owner, "GetEnvInfo", &[]).await["envGroups"].clone();
    assert_eq!(of().await, json!(["my own", "shops/berlin"]), "made with the environment");
    done(&owner, "AttachEnvGroup", &[("envGroup", r#"["tests"]"#)]).await;
    done(&owner, "DetachEnvGroup", &[("envGroup", "my own")]).await;
    assert_eq!(of().await, json!(["shops/berlin", "tests"]));
    let created =
        owner.post(&group("CreateGroup"), &[("envGroup", " shops "), ("data", r##"{"color":"#369"}"##)]).await;
    assert_eq!(created["result"], 0, "{created}");
    assert_eq!(owner.code(&group("CreateGroup"), &[("envGroup", "shops")]).await, 9);
    let renamed = owner.post(&group("EditGroup"), &[("srcGroupName", "shops"), ("dstGroupName", "stores")]).await;
    assert_eq!(renamed["result"], 0, "{renamed}");
    assert_eq!(of().await, json!(["stores/berlin", "tests"]), "with all below it");
    let groups = owner.get(&group("GetGroups"), &[]).await;
    let stores = groups["array"].as_array().unwrap().iter().find(|group| group["name"] == "stores").unwrap();
    assert_eq!(stores["data"]["color"], "#369");
    done(&owner, &group("AttachEnv"), &[("envGroup", "stores")]).await;
    let of_env = owner.get(&group("GetGroups"), &[("envName", "a")]).await;
    assert_eq!(of_env["array"].as_array().unwrap().len(), 3);
    assert_eq!(of_env["array"][0]["envNames"], json!(["a"]));
    done(&owner, &group("DetachEnv"), &[("envGroup", "tests")]).await;
    assert_eq!(owner.code(&group("RemoveGroup"), &[("envGroup", "stores")]).await, 0);
    assert_eq!(of().await, json!([]));
    done(&owner, &group("SetEnv"), &[("envGroup", "x;y")]).await;
    done(&owner, "SetEnvGroup", &[("envGroup", "z")]).await;
    assert_eq!(of().await, json!(["z"]));
    let infos = owner.get(&control("GetEnvs"), &[]).await;
    assert_eq!(infos["infos"][0]["envGroups"], json!(["z"]));
    for (method, params, code) in [
        ("RemoveGroup", vec![("envGroup", "nosuch")], 4),
        ("EditGroup", vec![("srcGroupName", "nosuch")], 4),
        ("EditGroup", vec![("srcGroupName", "z"), ("dstGroupName", "z/below")], 3),
        ("EditGroup", vec![("srcGroupName", "z"), ("dstGroupName", "x")], 9),
        ("CreateGroup", vec![("envGroup", "/")], 3),
        ("CreateGroup", vec![("envGroup", "new"), ("data", "[]")], 3),
        ("CreateGroup", vec![("envGroup", "new"), ("envName", "nosuch")], 11),
        ("AttachEnv", vec![("envGroup", "new")], 3),
        ("AttachEnv", vec![("envGroup", "new"), ("targetAppid", "nosuch")], 11),
        ("DetachEnv", vec![("envGroup", "nosuch"), ("envName", "a")], 4),
    ] {
        let answer = owner.post(&group(method), &params).await;
        assert_eq!(answer["result"], code, "{method} {params:?}: {answer}");
    }
    let names: Vec<_> = owner.get(&group("GetGroups"), &[]).await["array"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["name"].clone())
        .collect();
    assert!(!names.contains(&json!("new")), "nothing is half-written: {names:?}");
    let audit = server.audit().await.join("\n");
    for action in ["group.create", "group.edit", "group.remove", "group.attach", "group.detach", "group.set"] {
        assert!(audit.contains(&format!(" {action} ")), "{action}: {audit}");
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_come_and_go_and_are_scaled() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = create(
        &owner,
        "a",
        &json!([
            { "nodeGroup": "cp", "count": 2, "docker": { "image": "keyrack/web:1" }, "env": { "KEPT": "yes" } },
            { "nodeGroup": "bl", "docker": { "image": "keyrack/web:1" } },
        ]),
    )
    .await;
    let pid = async |node: &Value| {
        let list = r#"[{"command":"cat /proc/$PPID/status | grep -c . ; ls -di ."}]"#;
        let id = node["id"].to_string();
        done(&owner, "ExecCmdById", &[("nodeId", &id), ("commandList", list)]).await["responses"][0]["result"].clone()
    };
    assert_eq!(pid(&nodes[0]).await, 0);
    let change = async |nodes: Value| {
        let nodes = nodes.to_string();
        let params = [("env", r#"{"ishaenabled":true,"displayName":"Shop"}"#), ("nodes", nodes.as_str())];
        done(&owner, "ChangeTopology", &params).await["response"].clone()
    };
    // Scale out, another layer instead of the balancer.
    let info = change(
        json!([{ "nodeGroup": "cp", "count": 3 }, { "nodeGroup": "cache", "docker": { "image": "keyrack/web:2" } }]),
    )
    .await;
    let after = info["nodes"].as_array().unwrap().clone();
    let layers: Vec<_> = after.iter().map(|node| node["nodeGroup"].as_str().unwrap()).collect();
    assert_eq!(layers.iter().filter(|layer| **layer == "cp").count(), 3, "{layers:?}");
    assert!(layers.contains(&"cache") && !layers.contains(&"bl"), "{layers:?}");
    assert_eq!(
        (&info["env"]["status"], &info["env"]["ishaenabled"], &info["env"]["displayName"]),
        (&json!(1), &json!(true), &json!("Shop"))
    );
    for node in &after {
        let tag = if node["nodeGroup"] == "cache" { "2" } else { "1" };
        assert_eq!(running_tag(node).await, tag, "all of them run");
    }
    let balancer = &nodes[2];
    assert!(reqwest::get(balancer["url"].as_str().unwrap()).await.is_err(), "what was removed does not run");
    assert!(!server.keyrack.settings().data.join("nodes").join(balancer["id"].to_string()).exists());
    let third = after.iter().rfind(|node| node["nodeGroup"] == "cp").unwrap();
    let id = third["id"].to_string();
    assert_eq!(done(&owner, "GetContainerEnvVars", &[("nodeId", &id)]).await["object"], json!({ "KEPT": "yes" }));
    // Scale in, and another tag for what stays.
    let info =
        change(json!([{ "nodeGroup": "cp", "count": 1, "docker": { "image": "keyrack/web", "tag": "2" } }])).await;
    assert_eq!(info["nodes"].as_array().unwrap().len(), 1);
    assert_eq!((&info["nodes"][0]["id"], &info["nodes"][0]["ismaster"]), (&nodes[0]["id"], &json!(true)));
    assert_eq!(running_tag(&nodes[0]).await, "2");
    // A stopped environment stays so.
    done(&owner, "StopEnv", &[]).await;
    let info = change(json!([{ "nodeGroup": "cp", "count": 2 }])).await;
    assert_eq!((info["nodes"].as_array().unwrap().len(), &info["env"]["status"]), (2, &json!(2)));
    done(&owner, "StartEnv", &[]).await;
    assert_eq!(running_tag(&info["nodes"][1]).await, "2");
    for (nodes, code, part) in [
        ("[]", 3, "no node"),
        ("7", 3, "[nodes]"),
        (r#"[{"nodeGroup":"new"}]"#, 3, "docker.image"),
        (r#"[{"nodeGroup":"cp","docker":{"image":"nginx"}}]"#, 3, "keyrack/web"),
        (r#"[{"nodeGroup":"cp","count":65}]"#, 3, "count"),
    ] {
        let answer = owner.post(&control("ChangeTopology"), &[("envName", "a"), ("env", "{}"), ("nodes", nodes)]).await;
        assert_eq!(answer["result"], code, "{nodes}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(part), "{answer}");
    }
    assert_eq!(done(&owner, "GetEnvInfo", &[]).await["env"]["status"], 1);
    // What they use.
    let stats = done(&owner, "GetStats", &[("duration", "60"), ("interval", "30"), ("nodeGroup", "cp")]).await;
    assert_eq!(stats["stats"].as_array().unwrap().len(), 2);
    assert!(stats["stats"][1]["mem"].as_u64().unwrap() > 0, "{stats}");
    assert_eq!(owner.code(&control("GetStats"), &[("envName", "a"), ("duration", "60"), ("interval", "0")]).await, 3);
    let all = owner.get(&control("GetAllSumStatByUid"), &[]).await;
    assert_eq!(all["array"][0]["envName"], "a");
    assert!(all["array"][0]["stats"][0]["mem"].as_u64().unwrap() > 0, "{all}");
    assert!(server.audit().await.join("\n").contains("environment.change-topology environment:a"));
    server.keyrack.environments.stop_all().await;
}
