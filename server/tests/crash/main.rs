//! `kill -9` of the server in the middle of its work: what it acknowledged is there, what it revoked is refused, the audit
//! chain holds, and no process outlives it.

mod orphans;
mod program;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use orphans::processes_naming;
use program::Program;
use serde_json::Value;
use sqlx::Connection;
use tokio::sync::Notify;

/// How often the server is killed on each database, unless `KEYRACK_KILLS` says otherwise.
const KILLS: u64 = 25;
const STOP: &str = "environment.control.StopEnv";

/// What was acknowledged to the client, which must hold for ever after.
#[derive(Default)]
struct Acknowledged {
    /// Token number to its live secret.
    alive: BTreeMap<i64, String>,
    /// Secrets that were replaced or removed.
    dead: Vec<String>,
    /// Numbers of tokens whose last change was not acknowledged: either outcome is right.
    open: Vec<i64>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_acknowledged_survives_and_everything_revoked_stays_refused() {
    kill_again_and_again(Program::start(None).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_on_postgresql() {
    let Ok(server) = std::env::var("KEYRACK_TEST_POSTGRES") else {
        assert!(std::env::var("CI").is_err(), "KEYRACK_TEST_POSTGRES is not set");
        return;
    };
    let name = format!("keyrack_crash_{}", std::process::id());
    let mut admin = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut admin)
        .await
        .expect("a database");
    let url = format!("{}/{name}", server.rsplit_once('/').expect("a URL").0);
    kill_again_and_again(Program::start(Some(url)).await).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
        .execute(&mut admin)
        .await
        .expect("gone");
}

async fn kill_again_and_again(mut program: Program) {
    let kills = std::env::var("KEYRACK_KILLS").map_or(KILLS, |count| count.parse().expect("a number"));
    let mut acknowledged = Acknowledged::default();
    for round in 0..kills {
        let session = program.sign_in().await;
        // From the second revoked secret on, so that a slow machine is not killed before it has done anything.
        let begun = Arc::new(Notify::new());
        let killed = program.kill_after(begun.clone(), Duration::from_millis(20 + 37 * round % 400));
        work(&program, &session, &mut acknowledged, round, &begun).await;
        let killed = tokio::time::timeout(Duration::from_secs(60), killed).await;
        killed.expect("the work came so far that the server was killed").expect("the killer ran");
        program.wait_until_dead().await;
        nothing_left(&program).await;
        program.restart().await;
        check(&program, &acknowledged).await;
    }
    program.stop().await;
    let verified = program.command(&["audit", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    assert_eq!(processes_naming(program.folder()), Vec::<String>::new());
    assert!(
        acknowledged.dead.len() as u64 > kills,
        "the server was killed before it did anything: {}",
        acknowledged.dead.len()
    );
}

/// Supervisors end their nodes once the server is gone; they get a moment for it.
async fn nothing_left(program: &Program) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let left = processes_naming(program.folder());
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "outlived the server: {left:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Makes, changes and removes tokens and starts and stops the environment until the server is gone.
async fn work(program: &Program, session: &str, acknowledged: &mut Acknowledged, round: u64, begun: &Notify) {
    let environment = if round.is_multiple_of(2) { "StopEnv" } else { "StartEnv" };
    let switching = program.call("environment/control", environment, &[("envName", "my-project")], session);
    let before = acknowledged.dead.len();
    let tokens = async {
        let tokens = "users/authentication";
        loop {
            let new = [("description", "crash"), ("apiList", STOP), ("password", program.password())];
            let Some(made) = program.call(tokens, "CreateToken", &new, session).await else { return };
            if made["result"] != 0 {
                // The limit: make room, which is a change like any other.
                let removed = match acknowledged.alive.keys().next().copied() {
                    Some(id) => remove(program, session, acknowledged, id).await,
                    None => remove_untold(program, session).await,
                };
                if removed {
                    continue;
                }
                return;
            }
            let id = made["token"]["id"].as_i64().expect("a number");
            acknowledged.alive.insert(id, key(&made));
            let id_text = id.to_string();
            let renew = [("id", id_text.as_str()), ("password", program.password())];
            match program.call(tokens, "RegenerateToken", &renew, session).await {
                Some(renewed) => {
                    assert_eq!(renewed["result"], 0, "{renewed}");
                    let old = acknowledged.alive.insert(id, key(&renewed)).expect("made above");
                    acknowledged.dead.push(old);
                    if acknowledged.dead.len() >= before + 2 {
                        begun.notify_one();
                    }
                }
                None => {
                    acknowledged.open.push(id);
                    return;
                }
            }
        }
    };
    tokio::join!(tokens, switching);
}

/// Removes one token; `false` when the server was gone before it answered.
async fn remove(program: &Program, session: &str, acknowledged: &mut Acknowledged, id: i64) -> bool {
    let ids = id.to_string();
    let fields = [("ids", ids.as_str()), ("password", program.password())];
    let secret = acknowledged.alive.remove(&id).expect("a live one");
    match program.call("users/authentication", "DeleteTokens", &fields, session).await {
        Some(answer) => {
            assert_eq!(answer["result"], 0, "{answer}");
            acknowledged.dead.push(secret);
            true
        }
        None => false,
    }
}

/// Removes the tokens whose making was not acknowledged, which fill the account after some hundred kills, where nobody was
/// told of any other; `false` when the server was gone before it answered.
async fn remove_untold(program: &Program, session: &str) -> bool {
    let tokens = "users/authentication";
    let Some(listed) = program.call(tokens, "GetTokens", &[], session).await else { return false };
    let made = listed["apiTokens"].as_array().expect("a list").iter().filter(|token| token["description"] == "crash");
    let ids: Vec<_> = made.map(|token| token["id"].to_string()).collect();
    let fields = [("ids", ids.join(";")), ("password", program.password().to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let Some(answer) = program.call(tokens, "DeleteTokens", &fields, session).await else { return false };
    assert_eq!(answer["result"], 0, "{answer}");
    true
}

async fn check(program: &Program, acknowledged: &Acknowledged) {
    for (id, secret) in acknowledged.alive.iter().filter(|(id, _)| !acknowledged.open.contains(id)) {
        let answer = program.check_sign(secret).await;
        assert_eq!(answer["result"], 0, "token {id} was acknowledged: {answer}");
    }
    for secret in &acknowledged.dead {
        let answer = program.check_sign(secret).await;
        assert_eq!(answer["result"], 702, "a revoked secret was accepted: {answer}");
    }
}

fn key(answer: &Value) -> String {
    answer["token"]["key"].as_str().expect("the secret").to_owned()
}
