//! What is changed at one server decides calls at the other.

use crate::support::{Database, EMAIL, PASSWORD, Server, two, until};

const GET: &str = "environment.control.GetEnvs";
const START: &str = "environment.control.StartEnv";

async fn refused(server: &Server, method: &str, credential: &str, code: i64) {
    until(&format!("{method} is refused with {code}"), async || server.code(method, credential, &[]).await == code)
        .await;
}

#[tokio::test]
async fn tokens_and_sessions() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    let (id, key) = one.token(&session, GET).await;
    assert_eq!(other.code(GET, &key, &[]).await, 0, "a new token is known at its first call");

    // Its methods are changed.
    let fields = [("id", id.as_str()), ("password", PASSWORD), ("apiList", START)];
    assert_eq!(one.code("users.authentication.EditToken", &session, &fields).await, 0);
    refused(&other, GET, &key, 8202).await;

    // Another secret.
    let fields = [("id", id.as_str()), ("password", PASSWORD)];
    let answer = one.call("users.authentication.RegenerateToken", &session, &fields).await;
    let renewed = answer["token"]["key"].as_str().unwrap();
    refused(&other, "users.authentication.CheckSign", &key, 702).await;
    assert_eq!(other.code("users.authentication.CheckSign", renewed, &[]).await, 0);

    // Removed.
    let fields = [("ids", id.as_str()), ("password", PASSWORD)];
    assert_eq!(one.code("users.authentication.DeleteTokens", &session, &fields).await, 0);
    refused(&other, "users.authentication.CheckSign", renewed, 702).await;

    // A session is ended at the server where it was not opened.
    let second = other.sign_in().await;
    assert_eq!(one.code(GET, &second, &[]).await, 0);
    assert_eq!(one.code("users.authentication.Signout", &second, &[]).await, 0);
    refused(&other, GET, &second, 702).await;
    // A password that the operator resets ends all of them, on both.
    assert_eq!(other.code(GET, &session, &[]).await, 0);
    one.command(&["account", "reset-password", EMAIL, "--password-stdin"], "another battery staple horse").await;
    refused(&one, GET, &session, 702).await;
    refused(&other, GET, &session, 702).await;
}

#[tokio::test]
async fn a_server_that_loses_the_listening_connection_still_refuses_what_is_refused() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    for _ in 0..5 {
        let (id, key) = one.token(&session, GET).await;
        assert_eq!(other.code(GET, &key, &[]).await, 0);
        database
            .run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'")
            .await;
        let fields = [("ids", id.as_str()), ("password", PASSWORD)];
        assert_eq!(one.code("users.authentication.DeleteTokens", &session, &fields).await, 0);
        refused(&other, GET, &key, 702).await;
    }
}
