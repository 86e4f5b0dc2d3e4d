//! Containers under the real server, through HTTP: made, stopped, found again after a kill, ended in good order.
//!
//! `.ci/with-containers` brings an engine; without it these tests say that they were skipped.

#[path = "../cli/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the command line")]
mod support;

use std::io::Write;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};
use support::{PASSWORD, Running, create_account};

const EMAIL: &str = "ada@example.org";
const WEB: &str = "localhost/keyrack/web-test:1";

/// A server with a user, on an engine.
struct House {
    server: Running,
    session: String,
    folder: tempfile::TempDir,
    engine: String,
}

impl House {
    /// None where there is no such engine for tests.
    async fn on(variable: &str) -> Option<House> {
        let Ok(engine) = std::env::var(variable) else {
            eprintln!("skipped: {variable} is not set; run it with .ci/with-containers");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(create_account(folder.path(), EMAIL).code, 0);
        let server = Running::start(folder.path(), &["--docker", &engine]);
        let mut house = House { server, session: String::new(), folder, engine };
        house.sign_in().await;
        Some(house)
    }

    /// The next run of the server, in the same folder.
    async fn again(&mut self, engine: &str) {
        self.server = Running::start(self.folder.path(), &["--docker", engine]);
        self.sign_in().await;
    }

    async fn sign_in(&mut self) {
        let answer = self.call("users/authentication/rest/signin", &[("login", EMAIL), ("password", PASSWORD)]).await;
        self.session = answer["session"].as_str().unwrap_or_else(|| panic!("a session: {answer}")).to_owned();
    }

    async fn call(&self, path: &str, params: &[(&str, &str)]) -> Value {
        let mut params = params.to_vec();
        if !self.session.is_empty() {
            params.push(("session", &self.session));
        }
        let url = self.server.url(&format!("/1.0/{path}"));
        reqwest::Client::new().post(url).form(&params).send().await.unwrap().json().await.unwrap()
    }

    async fn control(&self, method: &str, params: &[(&str, &str)]) -> Value {
        self.call(&format!("environment/control/rest/{method}"), params).await
    }

    async fn create(&self, name: &str, node: Value) -> Value {
        let (env, nodes) = (json!({ "shortdomain": name }).to_string(), json!([node]).to_string());
        self.control("createenvironment", &[("env", &env), ("nodes", &nodes)]).await
    }

    /// Waits until the environment has this status; answers its first node.
    async fn until_status(&self, name: &str, status: i64) -> Value {
        let until = Instant::now() + Duration::from_secs(90);
        loop {
            let info = self.control("getenvinfo", &[("envName", name)]).await;
            if info["env"]["status"] == status {
                return info["nodes"][0].clone();
            }
            assert!(Instant::now() < until, "not in time: {info}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until the environment runs or is stopped; answers which of both.
    async fn until_settled(&self, name: &str) -> i64 {
        let until = Instant::now() + Duration::from_secs(90);
        loop {
            let info = self.control("getenvinfo", &[("envName", name)]).await;
            match info["env"]["status"].as_i64() {
                Some(status) if status == RUNNING || status == STOPPED => return status,
                _ => assert!(Instant::now() < until, "not in time: {info}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// How much of this installation the engine has, asked as anybody would.
    async fn left_on_engine(&self) -> [String; 3] {
        let placed = std::fs::read_to_string(self.folder.path().join("containers/nodes.json")).unwrap();
        let placed: Value = serde_json::from_str(&placed).unwrap();
        let label = format!("io.keyrack.installation={}", placed["installation"].as_str().unwrap());
        let filters = json!({ "label": [label] }).to_string().replace('"', "%22");
        let socket = self.engine.strip_prefix("unix://").unwrap().to_owned();
        let ask = |path: &str| {
            let path = format!("http://engine/v1.40/{path}filters={filters}");
            let asked = std::process::Command::new("curl")
                .args(["--silent", "--fail", "--globoff", "--unix-socket", &socket, &path])
                .output()
                .unwrap();
            assert!(asked.status.success(), "{path}");
            serde_json::from_slice::<Value>(&asked.stdout).unwrap()
        };
        let count = |value: &Value| value.as_array().map_or(0, Vec::len);
        [
            format!("containers: {}", count(&ask("containers/json?all=true&"))),
            format!("networks: {}", count(&ask("networks?"))),
            format!("volumes: {}", count(&ask("volumes?")["Volumes"])),
        ]
    }

    async fn delete(&self, name: &str) {
        assert_eq!(self.control("deleteenv", &[("envName", name)]).await["result"], 0);
    }
}

async fn page(node: &Value) -> Option<String> {
    reqwest::get(node["url"].as_str().unwrap()).await.ok()?.text().await.ok()
}

const RUNNING: i64 = 1;
const STOPPED: i64 = 2;
const BROKEN: i64 = 11;
const UNKNOWN: i64 = 5;

async fn a_container_answers_until_it_is_stopped(mut house: House) {
    let made = house.create("shop", json!({ "docker": { "image": WEB }, "env": { "GREETING": "two\nlines" } })).await;
    assert_eq!(made["response"]["result"], 0, "{made}");
    let node = house.until_status("shop", RUNNING).await;
    assert_eq!(page(&node).await.as_deref(), Some("hello\n"));
    let digest = node["customitem"]["dockerDigest"].as_str().unwrap();
    assert!(digest.starts_with("sha256:"), "{node}");
    let id = node["id"].to_string();
    let config = house.control("getcontainerrunconfig", &[("envName", "shop"), ("nodeId", &id)]).await;
    assert_eq!((&config["object"]["digest"], &config["object"]["drift"]), (&json!(digest), &Value::Null));
    let volumes = house.control("getcontainervolumesbyid", &[("envName", "shop"), ("nodeId", &id)]).await;
    assert_eq!(
        (&volumes["volumes"][0]["path"], volumes["volumes"].as_array().unwrap().len()),
        (&json!("/data"), 1),
        "{volumes}"
    );
    let tags = house.control("getnodetags", &[("envName", "shop"), ("nodeId", &id)]).await;
    assert_eq!((&tags["array"][0]["name"], &tags["array"][0]["digest"]), (&json!("1"), &json!(digest)));
    let commands = json!([{ "command": "echo \"$GREETING\"; exit 3" }]).to_string();
    let executed =
        house.control("execcmdbyid", &[("envName", "shop"), ("nodeId", &id), ("commandList", &commands)]).await;
    assert!(executed.to_string().contains("two\\nlines"), "{executed}");

    // Killed: the container goes on, and the next server has it.
    kill_process(house.server.pid(), Signal::KILL).unwrap();
    house.server.wait();
    assert_eq!(page(&node).await.as_deref(), Some("hello\n"));
    let engine = house.engine.clone();
    house.again(&engine).await;
    let found = house.until_status("shop", RUNNING).await;
    assert_eq!((&found["url"], page(&found).await.as_deref()), (&node["url"], Some("hello\n")));

    // Ended in good order: the container stops too, and runs again with the next server.
    assert_eq!(house.server.stop(), 0);
    assert_eq!(page(&node).await, None);
    house.again(&engine).await;
    let node = house.until_status("shop", RUNNING).await;
    assert_eq!(page(&node).await.as_deref(), Some("hello\n"));

    let changed = [("envName", "shop"), ("nodeId", &*id), ("vars", r#"{"LATER":"1"}"#)];
    assert_eq!(house.control("addcontainerenvvars", &changed).await["result"], 0);
    let config = house.control("getcontainerrunconfig", &[("envName", "shop"), ("nodeId", &id)]).await;
    assert!(config["object"]["drift"][0].as_str().unwrap().contains("next start"), "{config}");
    assert_eq!(house.control("stopenv", &[("envName", "shop")]).await["result"], 0);
    house.until_status("shop", STOPPED).await;
    assert_eq!(page(&node).await, None);
    house.delete("shop").await;
}

async fn what_cannot_run_is_told(house: House) {
    let made = house.create("none", json!({ "docker": { "image": "localhost/none:1" } })).await;
    assert_eq!(made["result"], 4081, "{made}");
    house.until_status("none", BROKEN).await;
    let made = house
        .create("ends", json!({ "docker": { "image": "localhost/keyrack/test:1" }, "cmd": "echo no luck; exit 4" }))
        .await;
    let text = made["error"].as_str().unwrap_or_default();
    assert!(made["result"] == 4081 && text.contains("exit code 4") && text.contains("no luck"), "{made}");
    house.until_status("ends", BROKEN).await;
    let registry = std::env::var("KEYRACK_TEST_REGISTRY").unwrap();
    let image = format!("{registry}/app:1");
    let made = house.create("private", json!({ "docker": { "image": image } })).await;
    assert_eq!(made["result"], 4095, "{made}");
    let login = [("filter", &*registry), ("user", "tester"), ("password", "registry secret")];
    assert_eq!(house.control("editregistrycredentials", &login).await["count"], 1);
    assert_eq!(house.control("startenv", &[("envName", "private")]).await["result"], 0);
    let info = house.control("getregistryinfo", &[("envName", "private"), ("nodeGroup", "cp")]).await;
    assert_eq!((&info["registry"], &info["user"]), (&json!(registry), &json!("tester")));
    assert!(!info.to_string().contains("registry secret"));
    let redeploy = async |tag: &str| {
        let params = [("envName", "private"), ("nodeGroup", "cp"), ("tag", tag)];
        house.control("redeploycontainers", &params).await
    };
    // An absent tag changes nothing; another one is another content.
    let before = house.until_status("private", RUNNING).await;
    assert_eq!(redeploy("gone").await["result"], 4081);
    let kept = house.until_status("private", RUNNING).await;
    assert_eq!((&kept["version"], page(&kept).await.as_deref()), (&json!("1"), Some("hello\n")));
    assert_eq!(redeploy("2").await["result"], 0);
    let after = house.until_status("private", RUNNING).await;
    assert_ne!(after["customitem"]["dockerDigest"], before["customitem"]["dockerDigest"]);
    assert_eq!((&after["url"], page(&after).await.as_deref()), (&before["url"], Some("hello\n")));
    // One call goes back to the content that it ran before; the login for it is not needed again.
    let id = after["id"].to_string();
    let tags = house.control("getnodetags", &[("envName", "private"), ("nodeId", &id)]).await;
    let former = tags["array"].as_array().unwrap().iter().find(|tag| tag["current"] == false).unwrap();
    assert_eq!((&former["name"], &former["digest"]), (&json!("1"), &before["customitem"]["dockerDigest"]), "{tags}");
    let forgotten = [("filter", &*registry)];
    assert_eq!(house.control("editregistrycredentials", &forgotten).await["count"], 1);
    assert_eq!(redeploy("1").await["result"], 4095);
    assert_eq!(redeploy(former["digest"].as_str().unwrap()).await["result"], 0);
    let back = house.until_status("private", RUNNING).await;
    assert_eq!(back["customitem"]["dockerDigest"], before["customitem"]["dockerDigest"]);
    assert_eq!(page(&back).await.as_deref(), Some("hello\n"));
    // Another one cannot have it because it is here already.
    let made = house.create("second", json!({ "docker": { "image": image } })).await;
    assert_eq!(made["result"], 4095, "{made}");
    house.delete("second").await;
    for name in ["none", "ends", "private"] {
        house.delete(name).await;
    }
}

async fn a_server_without_its_engine_runs_the_rest(mut house: House) {
    house.create("shop", json!({ "docker": { "image": WEB } })).await;
    house.until_status("shop", RUNNING).await;
    kill_process(house.server.pid(), Signal::KILL).unwrap();
    house.server.wait();
    // A socket behind which nobody is, where the engine was.
    let (engine, nobody) = (house.engine.clone(), house.folder.path().join("engine.sock"));
    let placed = house.folder.path().join("containers/nodes.json");
    let away = format!("unix://{}", nobody.display());
    let text = std::fs::read_to_string(&placed).unwrap();
    std::fs::File::create(&placed).unwrap().write_all(text.replace(&engine, &away).as_bytes()).unwrap();
    house.again(&away).await;
    house.until_status("shop", UNKNOWN).await;
    for method in ["stopenv", "deleteenv", "restartnodes"] {
        let answer = house.control(method, &[("envName", "shop")]).await;
        assert_eq!(answer["result"], 1, "{method}: {answer}");
    }
    assert_eq!(house.create("more", json!({ "docker": { "image": WEB } })).await["result"], 1);
    let local = house.create("local", json!({ "docker": { "image": "keyrack/web:1" } })).await;
    assert_eq!(local["response"]["result"], 0, "{local}");
    assert!(page(&house.until_status("local", RUNNING).await).await.is_some());
    house.delete("local").await;
    // It is there again: all goes on by itself.
    std::os::unix::fs::symlink(engine.strip_prefix("unix://").unwrap(), &nobody).unwrap();
    let node = house.until_status("shop", RUNNING).await;
    assert_eq!(page(&node).await.as_deref(), Some("hello\n"));
    house.delete("shop").await;
}

/// Kills in the middle of operations in one run of the test below; KEYRACK_TEST_KILLS asks for another number.
const KILLS: u64 = 3;

async fn a_kill_in_the_middle_of_an_operation_loses_nothing_and_leaves_nothing(mut house: House) {
    let kills = std::env::var("KEYRACK_TEST_KILLS").map_or(KILLS, |text| text.parse().expect("a number"));
    let engine = house.engine.clone();
    house.create("shop", json!({ "docker": { "image": WEB } })).await;
    let mut first = house.until_status("shop", RUNNING).await;
    for kill in 0..kills {
        let method = ["restartnodes", "stopenv", "redeploycontainers"][(kill % 3) as usize];
        let asked = house.control(method, &[("envName", "shop"), ("nodeGroup", "cp"), ("tag", "1")]);
        // At another moment each time; the call itself gets no answer.
        let moment = Duration::from_millis(kill * 370 % 1500);
        tokio::select! {
            _ = asked => {}
            () = tokio::time::sleep(moment) => {}
        }
        kill_process(house.server.pid(), Signal::KILL).unwrap();
        house.server.wait();
        house.again(&engine).await;
        let status = if method == "stopenv" { house.until_settled("shop").await } else { RUNNING };
        house.until_status("shop", status).await;
        if status == STOPPED {
            assert_eq!(house.control("startenv", &[("envName", "shop")]).await["result"], 0);
        }
        let node = house.until_status("shop", RUNNING).await;
        assert_eq!(page(&node).await.as_deref(), Some("hello\n"), "{kill}: {method}");
        // Docker can hold the port of what a killed redeploy left for longer than a start waits; the node gets another one then.
        if method == "redeploycontainers" {
            first = node;
        } else {
            assert_eq!(node["url"], first["url"], "{kill}: {method}");
        }
    }
    house.delete("shop").await;
    let left = house.left_on_engine().await;
    assert_eq!(left, ["containers: 0", "networks: 0", "volumes: 0"]);
}

macro_rules! on_engines {
    ($($name:ident),+) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn podman() {
                if let Some(house) = super::House::on("KEYRACK_TEST_PODMAN").await {
                    super::$name(house).await;
                }
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn docker() {
                if let Some(house) = super::House::on("KEYRACK_TEST_DOCKER").await {
                    super::$name(house).await;
                }
            }
        }
    )+};
}

on_engines! {
    a_container_answers_until_it_is_stopped, what_cannot_run_is_told, a_server_without_its_engine_runs_the_rest,
    a_kill_in_the_middle_of_an_operation_loses_nothing_and_leaves_nothing
}
