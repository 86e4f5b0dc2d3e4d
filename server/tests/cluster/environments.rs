//! Environments belong to the server that made them, and are reached from every server.

use serde_json::Value;

use crate::support::{Database, EMAIL, PASSWORD, Server, two, until};

const STOPPED: i64 = 2;
const RUNNING: i64 = 1;
const UNKNOWN: i64 = 5;

async fn node(server: &Server, session: &str, name: &str) -> String {
    let answer = server.call("environment.control.GetEnvInfo", session, &[("envName", name)]).await;
    answer["nodes"][0]["id"].to_string()
}

async fn server_of(database: &Database, name: &str) -> i64 {
    // Numbers are easier to compare than identities: the order in which the servers first started.
    database
        .count(&format!(
            "SELECT count(*) FROM servers s, environments e JOIN servers o ON o.id = e.server \
             WHERE e.name = '{name}' AND s.started_at <= o.started_at"
        ))
        .await
}

#[tokio::test]
async fn every_server_works_on_every_environment() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    other.environment(&session, "second").await;
    assert_eq!((server_of(&database, "first").await, server_of(&database, "second").await), (1, 2));

    // Files, commands and logs of one through the other.
    let id = node(&other, &session, "first").await;
    let file = [("envName", "first"), ("nodeId", id.as_str()), ("path", "/www/there.txt"), ("body", "from the other")];
    assert_eq!(other.code("environment.file.Write", &session, &file).await, 0);
    let read = one.call("environment.file.Read", &session, &file[..3]).await;
    assert!(read.to_string().contains("from the other"), "{read}");
    let long = "x".repeat(600_000);
    let mut large = file;
    large[3].1 = &long;
    assert_eq!(other.code("environment.file.Write", &session, &large).await, 0);
    assert!(other.call("environment.file.Read", &session, &file[..3]).await.to_string().contains(&long));
    // As JSON it is within the limit; as the form that servers pass on it is three times as long.
    let dense = "\u{1f511}".repeat(200_000);
    let json = serde_json::json!({ "envName": "first", "nodeId": id, "path": "/www/there.txt", "body": dense });
    let request = other.request(reqwest::Method::POST, "/1.0/environment/file/rest/write").bearer_auth(&session);
    let written: Value = request.json(&json).send().await.unwrap().json().await.unwrap();
    assert_eq!(written["result"], 0, "{written}");
    assert!(one.call("environment.file.Read", &session, &file[..3]).await["body"] == dense.as_str());
    let logs = other.call("environment.control.GetLogs", &session, &file[..2]).await;
    assert_eq!(logs["result"], 0, "{logs}");

    // Restart nodes, stop, start, copy, delete.
    assert_eq!(other.code("environment.control.StopEnv", &session, &[("envName", "first")]).await, 0);
    until("it is stopped", async || one.status(&session, "first").await == STOPPED).await;
    assert_eq!(other.code("environment.control.StopEnv", &session, &[("envName", "first")]).await, 2212);
    assert_eq!(other.code("environment.control.StartEnv", &session, &[("envName", "first")]).await, 0);
    until("it runs", async || other.status(&session, "first").await == RUNNING).await;
    let copy = [("srcEnvName", "first"), ("dstEnvName", "copy")];
    assert_eq!(other.code("environment.control.CloneEnv", &session, &copy).await, 0);
    assert_eq!(server_of(&database, "copy").await, 1, "a copy is where the files are");
    assert_eq!(other.code("environment.control.DeleteEnv", &session, &[("envName", "first")]).await, 0);
    assert_eq!(one.code("environment.control.GetEnvInfo", &session, &[("envName", "first")]).await, 11);

    // Who may not at one server may not through it either, and the audit log knows the client.
    let (_, token) = one.token(&session, "environment.control.GetEnvs").await;
    assert_eq!(one.code("environment.control.StopEnv", &token, &[("envName", "second")]).await, 8202);
    let stops =
        "SELECT count(*) FROM audit WHERE action = 'environment.stop' AND address = '127.0.0.1' AND outcome = 'done'";
    assert_eq!(database.count(stops).await, 1);
}

#[tokio::test]
async fn the_reach_of_a_token_holds_on_whichever_server_it_calls() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    other.environment(&session, "second").await;
    let (id, token) = one
        .token(&session, "environment.control.GetEnvInfo,environment.control.StopEnv,environment.control.GetEnvs")
        .await;
    let limited = [("id", id.as_str()), ("environments", "second"), ("password", PASSWORD)];
    let edited = one.call("users.authentication.EditToken", &session, &limited).await;
    assert_eq!(edited["result"], 0, "{edited}");
    let info = "environment.control.GetEnvInfo";
    // The other server may learn of the change a moment later.
    until("it is narrowed there", async || other.code(info, &token, &[("envName", "first")]).await == 11).await;
    for server in [&one, &other] {
        for method in [info, "environment.control.StopEnv"] {
            let beyond = server.call(method, &token, &[("envName", "first")]).await.to_string();
            let missing = server.call(method, &token, &[("envName", "third")]).await.to_string();
            assert_eq!(beyond.replace("first", "third"), missing);
        }
        assert_eq!(server.code(info, &token, &[("envName", "second")]).await, 0, "it is forwarded");
        let listed = server.call("environment.control.GetEnvs", &token, &[]).await;
        assert_eq!(listed["infos"].as_array().map(Vec::len), Some(1), "{listed}");
    }
    assert_eq!(one.status(&session, "first").await, RUNNING);
}

#[tokio::test]
async fn pages_work_on_environments_of_the_other_server() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    let signed_in = other
        .request(reqwest::Method::POST, "/signin")
        .header("sec-fetch-site", "same-origin")
        .form(&[("email", EMAIL), ("password", PASSWORD)])
        .send()
        .await
        .unwrap();
    let cookie = signed_in.headers().get("set-cookie").expect("a cookie").to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let stop = |site: &'static str| {
        let request = other.request(reqwest::Method::POST, "/environments/first/stop");
        request.header("sec-fetch-site", site).header("cookie", cookie.clone()).send()
    };
    assert_eq!(stop("cross-site").await.unwrap().status(), 403);
    assert_eq!(one.status(&session, "first").await, RUNNING);
    let answer = stop("same-origin").await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (303, "/"));
    until("it is stopped", async || one.status(&session, "first").await == STOPPED).await;

    // As the page does it with WASM.
    let answer = other
        .request(reqwest::Method::POST, "/fn/environments/act")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookie.clone())
        .header("accept", "application/json")
        .form(&[("name", "first"), ("action", "Start")])
        .send()
        .await
        .unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status == 200 && !text.contains("another server"), "{status} {text}");
    until("it runs", async || one.status(&session, "first").await == RUNNING).await;
}

#[tokio::test]
async fn the_environments_of_a_dead_server_are_unknown_until_it_is_back() {
    let Some(database) = Database::fresh().await else { return };
    let (mut one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    one.kill().await;
    // At once, also while the silence is not noticed yet.
    let answer = other.call("environment.control.StopEnv", &session, &[("envName", "first")]).await;
    assert_eq!(answer["result"], 1, "{answer}");
    assert!(answer["error"].as_str().unwrap().contains("does not answer right now"), "{answer}");
    until("it is unknown", async || other.status(&session, "first").await == UNKNOWN).await;
    let all = other.call("environment.control.GetEnvs", &session, &[]).await;
    assert_eq!(all["infos"][0]["env"]["status"], UNKNOWN, "{all}");
    for method in ["StopEnv", "StartEnv", "DeleteEnv", "GetLogs"] {
        let name = format!("environment.control.{method}");
        let answer = other.call(&name, &session, &[("envName", "first"), ("nodeId", "1")]).await;
        assert_eq!((&answer["result"], answer["error"].is_string()), (&Value::from(1), true), "{method}: {answer}");
    }
    other.environment(&session, "second").await;
    one.restart().await;
    until("it runs again", async || other.status(&session, "first").await == RUNNING).await;
    assert_eq!(other.code("environment.control.StopEnv", &session, &[("envName", "first")]).await, 0);
    until("it is stopped", async || one.status(&session, "first").await == STOPPED).await;
}

#[tokio::test]
async fn one_server_works_for_all_and_another_follows() {
    let Some(database) = Database::fresh().await else { return };
    let (mut one, mut other) = two(&database).await;
    let works = async |server: &Server| server.works_for_all(&database).await;
    until("one of them works", async || works(&one).await || works(&other).await).await;
    let (first, second) = if works(&one).await { (&mut one, &mut other) } else { (&mut other, &mut one) };
    first.kill().await;
    until("the other follows", async || works(second).await).await;
    first.restart().await;
    assert!(works(second).await, "it keeps the work");
}

#[tokio::test]
async fn a_task_is_run_by_the_server_of_its_environment_whichever_sees_it_first() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    other.environment(&session, "second").await;
    const EACH: usize = 6;
    for name in ["first", "second"] {
        for _ in 0..EACH {
            let params = format!(r#"{{"envName":"{name}","duration":60}}"#);
            let task = [("trigger", "once_delay:1"), ("script", "environment.control.GetSumStat"), ("params", &params)];
            assert_eq!(other.code("utils.scheduler.CreateAccountTask", &session, &task).await, 0);
        }
    }
    let runs = "SELECT count(*) FROM audit WHERE action = 'task.run'";
    until("all have run", async || database.count(runs).await >= 2 * EACH as i64).await;
    let tasks = one.call("utils.scheduler.GetTasks", &session, &[]).await;
    let failed: Vec<_> = tasks["objects"].as_array().unwrap().iter().filter(|task| task["lastResult"] != 0).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(database.count(runs).await, 2 * EACH as i64, "each once");
}
