//! Tasks: they run when they are due, once, with the rights that who made them has then.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::members::invite_as;
use super::nodes::{create, web};
use crate::support::{PASSWORD, Server, TestClient};

const DISPLAY: &str = "environment.control.SetEnvDisplayName";

fn scheduler(method: &str) -> String {
    format!("utils.scheduler.{method}")
}

/// Sets the display name of `a` every ten minutes.
async fn rename_task(caller: &TestClient<'_>, display: &str) -> Value {
    let params = json!({ "envName": "a", "displayName": display }).to_string();
    let params = [("trigger", "*/10 * * * *"), ("script", DISPLAY), ("params", params.as_str()), ("description", "d")];
    caller.post(&scheduler("CreateAccountTask"), &params).await
}

async fn display(owner: &TestClient<'_>) -> String {
    let info = owner.get("environment.control.GetEnvInfo", &[("envName", "a")]).await;
    info["env"]["displayName"].as_str().unwrap().to_owned()
}

async fn member<'a>(server: &'a Server, owner: &TestClient<'_>, email: &str, role: &str) -> TestClient<'a> {
    invite_as(server, owner, email, role).await;
    server.session(email, PASSWORD).await
}

async fn first_task(owner: &TestClient<'_>) -> Value {
    owner.get(&scheduler("GetTasks"), &[]).await["objects"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_runs_when_it_is_due_and_once() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a", &web(1)).await;
    let made = rename_task(&owner, "One").await;
    assert_eq!((&made["result"], &made["object"]["nextRun"]), (&json!(0), &json!("2027-01-01 12:10:00")), "{made}");
    assert_eq!(server.run_due_tasks().await, 0, "not yet");
    server.advance(TimeDelta::minutes(10));
    assert_eq!((server.run_due_tasks().await, server.run_due_tasks().await), (1, 0));
    assert_eq!(display(&owner).await, "One");
    let task = first_task(&owner).await;
    assert_eq!((&task["lastResult"], &task["lastRun"]), (&json!(0), &json!("2027-01-01 12:10:00")), "{task}");
    assert_eq!(task["nextRun"], "2027-01-01 12:20:00");
    // Runs that were missed are not made up for one by one.
    server.advance(TimeDelta::hours(5));
    assert_eq!((server.run_due_tasks().await, server.run_due_tasks().await), (1, 0));
    let id = made["object"]["id"].to_string();
    let edited = [
        ("id", id.as_str()),
        ("trigger", r#"{"once_delay":5000}"#),
        ("script", "env.control.StopEnv"),
        ("params", r#"{"envName":"none"}"#),
    ];
    let edited = owner.post(&scheduler("EditTask"), &edited).await;
    assert_eq!(edited["object"]["script"], "environment.control.StopEnv", "{edited}");
    server.advance(TimeDelta::seconds(5));
    assert_eq!(server.run_due_tasks().await, 1);
    let task = first_task(&owner).await;
    assert_eq!((&task["lastResult"], task.get("nextRun")), (&json!(11), None), "once, and it failed: {task}");
    assert!(task["lastError"].as_str().unwrap().contains("none"), "{task}");
    // A task of an environment acts on that one, and goes with it.
    let params = [
        ("envName", "a"),
        ("trigger", "cron:0 0/10 * * * ?"),
        ("script", DISPLAY),
        ("params", r#"{"envName":"b","displayName":"Two"}"#),
    ];
    assert_eq!(owner.code(&scheduler("CreateEnvTask"), &params).await, 0);
    server.advance(TimeDelta::minutes(10));
    assert_eq!(server.run_due_tasks().await, 1);
    assert_eq!(display(&owner).await, "Two");
    owner.post("environment.control.DeleteEnv", &[("envName", "a")]).await;
    assert_eq!(owner.get(&scheduler("GetTasks"), &[]).await["objects"].as_array().map(Vec::len), Some(1));
    assert_eq!(owner.code(&scheduler("DeleteTasks"), &[("ids", &id)]).await, 0);
    assert_eq!(owner.code(&scheduler("DeleteTasks"), &[("ids", &id)]).await, 4);
    let audit = server.audit().await.join("\n");
    for entry in ["task.create", "task.edit", "task.remove", &format!("by task:{id} task.run"), "refused: 11"] {
        assert!(audit.contains(entry), "{entry}: {audit}");
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_can_do_what_its_maker_may_do_now() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a", &web(1)).await;
    let token = server.token("utils.scheduler.CreateAccountTask environment.control.SetEnvDisplayName").await;
    let refused =
        [("trigger", "* * * * *"), ("script", "environment.control.StopEnv"), ("params", r#"{"envName":"a"}"#)];
    assert_eq!(token.code(&scheduler("CreateAccountTask"), &refused).await, 8, "more than the token may itself");
    assert_eq!(rename_task(&token, "By token").await["result"], 0);
    server.advance(TimeDelta::minutes(10));
    assert_eq!(server.run_due_tasks().await, 1);
    assert_eq!(display(&owner).await, "By token");
    // The token loses the method, and then is removed.
    let tokens = owner.get("users.authentication.GetTokens", &[]).await;
    let id = tokens["apiTokens"][0]["id"].to_string();
    let edit = [("id", id.as_str()), ("password", PASSWORD), ("apiList", "environment.control.GetEnvs")];
    assert_eq!(owner.code("users.authentication.EditToken", &edit).await, 0);
    owner.post(DISPLAY, &[("envName", "a"), ("displayName", "Kept")]).await;
    server.advance(TimeDelta::minutes(10));
    assert_eq!(server.run_due_tasks().await, 1);
    assert_eq!((display(&owner).await, &first_task(&owner).await["lastResult"]), ("Kept".into(), &json!(8202)));
    assert_eq!(owner.code("users.authentication.DeleteTokens", &[("ids", &id), ("password", PASSWORD)]).await, 0);
    server.advance(TimeDelta::minutes(10));
    assert_eq!(server.run_due_tasks().await, 1);
    assert_eq!((display(&owner).await, &first_task(&owner).await["lastResult"]), ("Kept".into(), &json!(702)));
    // A manager whose role is lowered, and who is removed then.
    owner.post(&scheduler("DeleteTasks"), &[("ids", "*")]).await;
    let manager = member(&server, &owner, "max@example.org", "manager").await;
    assert_eq!(rename_task(&manager, "By Max").await["result"], 0);
    let members = owner.get("users.collaboration.GetMembers", &[]).await.to_string();
    assert!(members.contains("max@example.org"), "{members}");
    let uid = manager.get("users.account.GetUserInfo", &[]).await["uid"].to_string();
    for (change, code) in [("viewer", 8), ("", 8)] {
        let params = match change {
            "" => vec![("id", uid.as_str()), ("tokens", "revoke"), ("password", PASSWORD)],
            role => vec![("id", uid.as_str()), ("role", role), ("password", PASSWORD)],
        };
        let method = if change.is_empty() { "DeleteMember" } else { "EditMember" };
        let changed = owner.post(&format!("users.collaboration.{method}"), &params).await;
        assert_eq!(changed["result"], 0, "{changed}");
        server.advance(TimeDelta::minutes(10));
        assert_eq!(server.run_due_tasks().await, 1);
        assert_eq!((display(&owner).await, &first_task(&owner).await["lastResult"]), ("Kept".into(), &json!(code)));
    }
    let audit = server.audit().await.join("\n");
    assert!(audit.contains("task.run") && audit.contains("no member of the account any more"), "{audit}");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn what_cannot_be_a_task_is_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let create = scheduler("CreateAccountTask");
    for (trigger, script, params, part) in [
        ("hello", "StopEnv", "{}", "[trigger]"),
        ("* * * * * *", "StopEnv", "{}", "once in a minute"),
        ("* * * * *", "NoSuchMethod", "{}", "[script]"),
        ("* * * * *", "users.authentication.CreateToken", "{}", "[script]"),
        ("* * * * *", "users.authentication.Signout", "{}", "cannot be a task"),
        ("* * * * *", "utils.scheduler.DeleteTasks", "{}", "cannot be a task"),
        ("* * * * *", "StopEnv", "[]", "[params]"),
        ("* * * * *", "StopEnv", r#"{"Session":"x"}"#, "credential"),
    ] {
        let answer = owner.post(&create, &[("trigger", trigger), ("script", script), ("params", params)]).await;
        assert_eq!(answer["result"], 3, "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(part), "{part}: {answer}");
    }
    let fine = [("trigger", "0 3 * * *"), ("script", "StopEnv"), ("params", r#"{"envName":"a"}"#)];
    let viewer = member(&server, &owner, "vera@example.org", "viewer").await;
    assert_eq!(viewer.code(&create, &fine).await, 8);
    assert_eq!(viewer.code(&scheduler("GetTasks"), &[]).await, 8, "parameters may hold secrets");
    for _ in 0..100 {
        assert_eq!(owner.code(&create, &fine).await, 0);
    }
    assert_eq!(owner.code(&create, &fine).await, 2338);
    server.keyrack.accounts.create_user_with_account("eve@example.org", PASSWORD).await.unwrap();
    let eve = server.session("eve@example.org", PASSWORD).await;
    assert_eq!(eve.get(&scheduler("GetTasks"), &[]).await["objects"], json!([]), "not those of others");
    assert_eq!(eve.code(&scheduler("DeleteTasks"), &[("ids", "1")]).await, 4);
}

#[tokio::test]
async fn of_two_servers_one_runs_a_task_and_a_dead_one_is_replaced() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let task = [("trigger", "* * * * *"), ("script", "environment.control.GetEnvs")];
    assert_eq!(owner.code(&scheduler("CreateAccountTask"), &task).await, 0);
    server.advance(TimeDelta::minutes(1));
    // Claimed by somebody else, who dies with it.
    let (one, two) = tokio::join!(server.keyrack.scheduler.claim_due(), server.keyrack.scheduler.claim_due());
    assert_eq!(one.unwrap().len() + two.unwrap().len(), 1);
    server.advance(TimeDelta::seconds(50));
    assert_eq!(server.run_due_tasks().await, 0, "it may still run there");
    server.advance(TimeDelta::seconds(20));
    assert_eq!(server.run_due_tasks().await, 1);
    assert_eq!(first_task(&owner).await["lastResult"], 0);
}

#[tokio::test]
async fn a_run_whose_server_died_is_made_by_another() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for trigger in ["once_delay:1000", "1 12 * * *"] {
        let task = [("trigger", trigger), ("script", "environment.control.GetEnvs")];
        assert_eq!(owner.code(&scheduler("CreateAccountTask"), &task).await, 0);
    }
    server.advance(TimeDelta::minutes(1));
    assert_eq!(server.keyrack.scheduler.claim_due().await.unwrap().len(), 2);
    server.advance(TimeDelta::seconds(70));
    assert_eq!(server.run_due_tasks().await, 2);
    let tasks = owner.get(&scheduler("GetTasks"), &[]).await;
    let tasks: Vec<_> = tasks["objects"].as_array().unwrap().iter().map(|task| task["lastResult"].clone()).collect();
    assert_eq!(tasks, [json!(0), json!(0)]);
    server.advance(TimeDelta::hours(1));
    assert_eq!(server.run_due_tasks().await, 0, "and once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_are_those_of_who_changed_a_task_last() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a", &web(1)).await;
    let made = rename_task(&owner, "By owner").await;
    let id = made["object"]["id"].to_string();
    let params = json!({ "envName": "a", "displayName": "By token" }).to_string();
    let edit = [("id", id.as_str()), ("trigger", "*/10 * * * *"), ("script", DISPLAY), ("params", params.as_str())];
    // Another account finds nothing to change.
    server.keyrack.accounts.create_user_with_account("eve@example.org", PASSWORD).await.unwrap();
    let eve = server.session("eve@example.org", PASSWORD).await;
    assert_eq!(eve.code(&scheduler("EditTask"), &edit).await, 4);
    assert_eq!(first_task(&owner).await, made["object"]);
    // Changed by a token, it can no more than the token, although an owner made it.
    let methods = format!("{} {DISPLAY}", scheduler("EditTask"));
    let token = server.new_token(&[("apiList", &methods), ("expiresAt", "2027-01-02 00:00:00")]).await;
    assert_eq!(token.code(&scheduler("EditTask"), &edit).await, 0);
    server.advance(TimeDelta::minutes(10));
    assert_eq!((server.run_due_tasks().await, display(&owner).await), (1, "By token".into()));
    owner.post(DISPLAY, &[("envName", "a"), ("displayName", "Kept")]).await;
    server.advance(TimeDelta::days(2));
    assert_eq!(server.run_due_tasks().await, 1);
    let owner = server.owner().await;
    let task = first_task(&owner).await;
    assert_eq!((display(&owner).await, &task["lastResult"]), ("Kept".into(), &json!(702)), "{task}");
    assert!(task["lastError"].as_str().unwrap().contains("expired"), "{task}");
    server.keyrack.environments.stop_all().await;
}
