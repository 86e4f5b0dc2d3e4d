//! Tasks run once, at the server that has what they act on.

use serde_json::{Value, json};

use crate::support::{Database, Server, two, until};

async fn tasks(server: &Server, session: &str) -> Vec<Value> {
    let answer = server.call("utils.scheduler.GetTasks", session, &[]).await;
    answer["objects"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

#[tokio::test]
async fn a_task_runs_once_where_its_environment_is() {
    let Some(database) = Database::fresh().await else { return };
    let (mut one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    other.environment(&session, "second").await;
    // Made at either server, for an environment or for the account, each adds its mark to a file of its own.
    let mut places = Vec::new();
    for (server, name) in [(&one, "one"), (&other, "other")] {
        for environment in ["first", "second"] {
            for method in ["CreateEnvTask", "CreateAccountTask"] {
                let path = format!("/www/{name}-{method}");
                let params =
                    json!({ "envName": environment, "nodeGroup": "cp", "path": path, "body": "x" }).to_string();
                let mut fields =
                    vec![("trigger", "once_delay:1"), ("script", "environment.file.Append"), ("params", &params)];
                if method == "CreateEnvTask" {
                    fields.push(("envName", environment));
                }
                let answer = server.call(&format!("utils.scheduler.{method}"), &session, &fields).await;
                assert_eq!(answer["result"], 0, "{answer}");
                places.push((environment, path));
            }
        }
    }
    until("all have run", async || {
        let tasks = tasks(&one, &session).await;
        assert!(tasks.iter().all(|task| task["lastError"].is_null()), "{tasks:?}");
        tasks.len() == places.len() && tasks.iter().all(|task| task["lastResult"] == 0 && task["nextRun"].is_null())
    })
    .await;
    for (environment, path) in &places {
        let fields = [("envName", *environment), ("nodeGroup", "cp"), ("path", path.as_str())];
        let read = one.call("environment.file.Read", &session, &fields).await;
        assert_eq!(read["body"], "x", "{path}: {read}");
    }
    let runs = "SELECT count(*) FROM audit WHERE action = 'task.run' AND outcome = 'done'";
    assert_eq!(database.count(runs).await, 8);

    // A task of an environment waits for its server, as it would if there were no other.
    one.kill().await;
    let params = json!({ "nodeGroup": "cp", "path": "/www/late", "body": "x" }).to_string();
    let fields = [
        ("envName", "first"),
        ("trigger", "once_delay:1"),
        ("script", "environment.file.Append"),
        ("params", params.as_str()),
    ];
    let answer = other.call("utils.scheduler.CreateEnvTask", &session, &fields).await;
    assert_eq!(answer["result"], 0, "{answer}");
    // One for the account that is due later has run, so the other one had its time.
    let fields = [("trigger", "once_delay:1"), ("script", "environment.control.GetEnvs")];
    assert_eq!(other.code("utils.scheduler.CreateAccountTask", &session, &fields).await, 0);
    until("the later one has run", async || tasks(&other, &session).await[9]["lastResult"] == 0).await;
    assert!(tasks(&other, &session).await[8]["lastRun"].is_null());
    one.restart().await;
    until("it has run", async || tasks(&other, &session).await[8]["lastResult"] == 0).await;
}
