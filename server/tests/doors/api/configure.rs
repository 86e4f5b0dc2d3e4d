//! Variables, commands and entry points of nodes, and commands inside them.

use serde_json::{Value, json};

use super::nodes::{self, create, page, web};
use crate::support::{PASSWORD, Server, TestClient};

fn control(method: &str) -> String {
    format!("environment.control.{method}")
}

/// Calls a method for the environment `a`, which has to succeed.
async fn done(caller: &TestClient<'_>, method: &str, params: &[(&str, &str)]) -> Value {
    nodes::done(caller, &control(method), params).await
}

/// What the web application of a node shows of a variable.
async fn shown(node: &Value, name: &str) -> Option<String> {
    let page = page(node, "").await;
    let (_, rest) = page.split_once(&format!("<dt>{name}</dt><dd>"))?;
    Some(rest.split_once("</dd>").unwrap().0.to_owned())
}

/// Executes a command on the node; answers its response.
async fn execute(caller: &TestClient<'_>, node: &Value, command: &str) -> Value {
    let list = json!([{ "command": command }]).to_string();
    let id = node["id"].to_string();
    done(caller, "ExecCmdById", &[("nodeId", &id), ("commandList", &list)]).await["responses"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_reach_the_process_at_its_next_start() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = json!([
        { "nodeGroup": "cp", "count": 2, "docker": { "image": "keyrack/web" }, "env": { "FIRST": "1" } },
        { "nodeGroup": "bl", "docker": { "image": "keyrack/web" } },
    ]);
    let nodes = create(&owner, "a", &nodes).await;
    let id = nodes[0]["id"].to_string();
    let token = server.token("AddContainerEnvVars").await;
    done(&token, "AddContainerEnvVars", &[("nodeId", &id), ("vars", r#"{"GREETING":"hello","COUNT":3}"#)]).await;
    assert_eq!(shown(&nodes[0], "GREETING").await, None, "not before a start");
    done(&owner, "AddContainerEnvVars", &[("nodeGroup", "cp"), ("vars", r#"{"SECOND":"2"}"#)]).await;
    done(&owner, "AddContainerEnvVars", &[("vars", r#"{"ALL":"yes","NONE":null}"#)]).await;
    done(&owner, "RestartNodes", &[]).await;
    let seen = |node, name| shown(node, name);
    assert_eq!(seen(&nodes[0], "GREETING").await.as_deref(), Some("hello"));
    assert_eq!(seen(&nodes[0], "COUNT").await.as_deref(), Some("3"));
    assert_eq!((seen(&nodes[1], "GREETING").await, seen(&nodes[1], "SECOND").await), (None, Some("2".into())));
    assert_eq!((seen(&nodes[2], "SECOND").await, seen(&nodes[2], "ALL").await), (None, Some("yes".into())));
    let variables = done(&owner, "GetContainerEnvVars", &[("nodeid", &id)]).await;
    let all = json!({ "FIRST": "1", "GREETING": "hello", "COUNT": "3", "SECOND": "2", "ALL": "yes" });
    assert_eq!(variables["object"], all, "what users set, nothing else");
    done(&owner, "RemoveContainerEnvVars", &[("nodeId", &id), ("vars", r#"["FIRST","NOSUCH"]"#)]).await;
    done(&owner, "SetContainerEnvVarsByGroup", &[("nodeGroup", "bl"), ("data", r#"{"ONLY":"this"}"#)]).await;
    done(&owner, "RestartNodes", &[]).await;
    assert_eq!((seen(&nodes[0], "FIRST").await, seen(&nodes[1], "FIRST").await), (None, Some("1".into())));
    assert_eq!((seen(&nodes[2], "ALL").await, seen(&nodes[2], "ONLY").await), (None, Some("this".into())));
    let of_layer = done(&owner, "GetContainerEnvVarsByGroup", &[("nodeGroup", "bl")]).await;
    assert_eq!(of_layer["object"], json!({ "ONLY": "this" }));
    done(&owner, "SetContainerEnvVars", &[("nodeId", &id), ("vars", "{}")]).await;
    assert_eq!(done(&owner, "GetContainerEnvVars", &[("nodeId", &id)]).await["object"], json!({}));
    let audit = server.audit().await.join("\n");
    for action in ["variables.add", "variables.set", "variables.remove"] {
        assert!(audit.contains(&format!(" {action} environment:a")), "{audit}");
    }
    assert!(audit.contains("GREETING") && !audit.contains("hello"), "names, not values: {audit}");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_takes_the_place_of_the_image() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &json!([{ "docker": { "image": "keyrack/web" } }])).await.remove(0);
    let id = node["id"].to_string();
    let at = [("nodeId", id.as_str())];
    assert_eq!(done(&owner, "GetContainerRunCmd", &at).await["object"], "");
    done(&owner, "SetContainerRunCmd", &[at[0], ("data", "$HOME/say; sleep 1000")]).await;
    done(&owner, "SetContainerEntryPoint", &[at[0], ("data", r#"["echo","it's","me:"]"#)]).await;
    assert_eq!(done(&owner, "GetContainerEntryPoint", &at).await["object"], r"echo 'it'\''s' me:");
    done(&owner, "RestartNodeById", &at).await;
    let log = done(&owner, "ReadLog", &[at[0], ("path", "output.log")]).await;
    let home = server.keyrack.settings().data.canonicalize().unwrap().join("nodes").join(&id);
    assert!(log["body"].as_str().unwrap().contains(&format!("it's me: {}/say", home.display())), "{log}");
    let config = done(&owner, "GetContainerRunConfig", &at).await;
    assert_eq!(config["object"]["cmd"], "$HOME/say; sleep 1000");
    done(&owner, "SetContainerRunCmd", &at).await;
    done(&owner, "SetContainerEntryPoint", &at).await;
    done(&owner, "RestartNodeById", &at).await;
    assert_eq!(shown(&node, "tag").await.as_deref(), Some("latest"), "the image again");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_executed_as_the_node() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = json!([{ "count": 2, "docker": { "image": "keyrack/web" }, "env": { "GREETING": "hello" } }]);
    let nodes = create(&owner, "a", &nodes).await;
    let token = server.token("ExecCmdById").await;
    let ran = execute(&token, &nodes[0], "echo $GREETING; echo out of luck >&2; echo x > made").await;
    assert_eq!(
        ran,
        json!({ "result": 0, "nodeid": nodes[0]["id"], "out": "hello\n", "errOut": "out of luck\n", "exitStatus": 0 })
    );
    let data = server.keyrack.settings().data.canonicalize().unwrap();
    let folder = data.join("nodes").join(nodes[0]["id"].to_string());
    assert_eq!(std::fs::read_to_string(folder.join("made")).unwrap(), "x\n");
    let failed = execute(&owner, &nodes[0], "echo before; exit 3").await;
    assert_eq!((&failed["result"], &failed["exitStatus"], &failed["out"]), (&json!(99), &json!(3), &json!("before\n")));
    let list = r#"[{"command":"echo","params":"one two"},{"command":"false"},{"command":"echo never"}]"#;
    let group = done(&owner, "ExecCmdByGroup", &[("nodeGroup", "cp"), ("commandList", list)]).await;
    let responses = group["responses"].as_array().unwrap();
    assert_eq!(responses.len(), 2);
    for (response, node) in responses.iter().zip(&nodes) {
        assert_eq!((&response["nodeid"], &response["out"]), (&node["id"], &json!("one two\n")));
        assert_eq!(response["exitStatus"], 1);
    }
    let id = nodes[0]["id"].to_string();
    let ask = json!([{ "command": "read a; read b; echo \"$a$b\"" }]).to_string();
    for (yes, answer) in [("true", "yy\n"), ("false", "\n")] {
        let asked = done(&owner, "ExecCmdById", &[("nodeId", &id), ("commandList", &ask), ("sayYes", yes)]).await;
        assert_eq!(asked["responses"][0]["out"], answer);
    }
    // A flood is cut, and what is left running ends with the command.
    let flood = execute(&owner, &nodes[0], "head -c 3000000 /dev/zero | tr '\\0' x; sleep 987654 & echo end >&2").await;
    assert_eq!((flood["out"].as_str().unwrap().len(), &flood["errOut"]), (256 * 1024, &json!("end\n")));
    let left = execute(&owner, &nodes[0], "grep -l 98765[4] /proc/[0-9]*/cmdline").await;
    assert_eq!(left["out"], "");
    // Confined as the node is.
    let database = data.join("keyrack.db");
    for attempt in
        [format!("cat {}", database.display()), format!("ls {}/nodes", data.display()), "cat /etc/shadow".into()]
    {
        let tried = execute(&owner, &nodes[0], &attempt).await;
        assert_ne!(tried["exitStatus"], 0, "{attempt}: {tried}");
        assert_eq!(tried["out"], "");
    }
    let audit = server.audit().await.join("\n");
    assert!(audit.contains(" node.execute environment:a") && audit.contains(r#""programs":["echo","false","echo"]"#));
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_set_or_executed_is_named() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &json!([{ "docker": { "image": "keyrack/web" } }])).await.remove(0);
    let id = node["id"].to_string();
    let at = ("nodeId", id.as_str());
    for (method, params, code, part) in [
        ("AddContainerEnvVars", vec![("vars", "[1]")], 3, "[vars]"),
        ("AddContainerEnvVars", vec![("vars", "{")], 3, "[vars]"),
        ("AddContainerEnvVars", vec![("vars", r#"{"a b":"x"}"#)], 3, "vars.a b"),
        ("AddContainerEnvVars", vec![("vars", r#"{"A":{}}"#)], 3, "vars.A"),
        ("AddContainerEnvVars", vec![("vars", r#"{"A":"1"}"#), ("nodeGroup", "sqldb")], 4, "sqldb"),
        ("SetContainerEnvVars", vec![("vars", "{}"), ("nodeId", "999")], 4, "999"),
        ("GetContainerEnvVars", vec![("nodeId", "999")], 4, "999"),
        ("ExecCmdById", vec![at, ("commandList", "[]")], 3, "[commandList]"),
        ("ExecCmdById", vec![at, ("commandList", r#"[{"params":"x"}]"#)], 3, "commandList[0].command"),
        ("ExecCmdById", vec![at, ("commandList", "ls")], 3, "[commandList]"),
        ("ExecCmdByGroup", vec![("nodeGroup", "sqldb"), ("commandList", r#"["ls"]"#)], 4, "sqldb"),
    ] {
        let mut all = vec![("envName", "a")];
        all.extend(params);
        let answer = owner.post(&control(method), &all).await;
        assert_eq!(answer["result"], code, "{method} {all:?}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(part), "{answer}");
    }
    let many: serde_json::Map<String, Value> = (0..150).map(|n| (format!("A{n}"), json!("x"))).collect();
    let more: serde_json::Map<String, Value> = (0..150).map(|n| (format!("B{n}"), json!("x"))).collect();
    done(&owner, "AddContainerEnvVars", &[("vars", &Value::from(many).to_string())]).await;
    let vars = Value::from(more).to_string();
    assert_eq!(owner.code(&control("AddContainerEnvVars"), &[("envName", "a"), ("vars", &vars)]).await, 2338);
    done(&owner, "StopEnv", &[]).await;
    let list = [("envName", "a"), at, ("commandList", r#"["ls"]"#)];
    assert_eq!(owner.code(&control("ExecCmdById"), &list).await, 2212, "nothing is executed in what does not run");
    server.keyrack.environments.stop_all().await;
}

/// All of them are read whenever anything is asked about the environment.
#[tokio::test(flavor = "multi_thread")]
async fn variables_have_a_size_that_ends() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a", &web(1)).await;
    let value = "x".repeat(30_000);
    let add = async |numbers: std::ops::Range<u32>| {
        let vars: serde_json::Map<_, _> = numbers.map(|number| (format!("V{number}"), json!(value))).collect();
        let vars = Value::Object(vars).to_string();
        owner.code(&control("AddContainerEnvVars"), &[("envName", "a"), ("vars", &vars)]).await
    };
    assert_eq!((add(0..5).await, add(5..8).await, add(8..9).await, add(0..8).await), (0, 0, 2338, 0));
    assert_eq!(add(20..30).await, 3, "more than a node can have");
    let env: serde_json::Map<_, _> = (0..9).map(|number| (format!("V{number}"), json!(value))).collect();
    let nodes = json!([{ "docker": { "image": "keyrack/web" }, "env": env }]).to_string();
    assert_eq!(owner.code(&control("CreateEnvironment"), &[("env", "{}"), ("nodes", &nodes)]).await, 3);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_end_with_the_right_to_have_them_executed() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await.remove(0);
    let id = node["id"].to_string();
    let folder = server.keyrack.settings().data.join("nodes").join(&id);
    let token = server.token("ExecCmdById").await;
    let list = json!(["touch begun; while [ ! -e go ]; do sleep 0.05; done", "touch after"]).to_string();
    let params = [("envName", "a"), ("nodeId", id.as_str()), ("commandList", &list)];
    let revoking = async {
        while !folder.join("begun").exists() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let all = [("ids", "*"), ("password", PASSWORD)];
        assert_eq!(owner.code("users.authentication.DeleteTokens", &all).await, 0);
        std::fs::write(folder.join("go"), "").unwrap();
    };
    let command = control("ExecCmdById");
    let (answer, ()) = tokio::join!(token.post(&command, &params), revoking);
    assert_eq!(answer["result"], 702, "{answer}");
    assert!(!folder.join("after").exists());
    assert_eq!(owner.code(&command, &params).await, 0);
    assert!(folder.join("after").exists());
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_commands_are_executed_at_once() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await.remove(0);
    let id = node["id"].to_string();
    let folder = server.keyrack.settings().data.join("nodes").join(&id);
    let command = control("ExecCmdById");
    let lists: Vec<_> = (0..17)
        .map(|number| json!([format!("touch begun{number}; while [ ! -e go ]; do sleep 0.05; done")]).to_string())
        .collect();
    let call = async |list: &str| {
        owner.code(&command, &[("envName", "a"), ("nodeId", id.as_str()), ("commandList", list)]).await
    };
    let last = async {
        while !(0..16).all(|number| folder.join(format!("begun{number}")).exists()) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let refused = call(&lists[16]).await;
        std::fs::write(folder.join("go"), "").unwrap();
        refused
    };
    let (done, refused) = tokio::join!(futures::future::join_all(lists[..16].iter().map(|list| call(list))), last);
    assert_eq!((done, refused), (vec![0; 16], 2338));
    assert_eq!(call(&lists[16]).await, 0);
    server.keyrack.environments.stop_all().await;
}
