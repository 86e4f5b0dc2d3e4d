//! `POST /credentials/revoke`: whoever has a token can end it. No credential is needed, and the answer does not say which of the
//! reported texts were tokens; nor does the time that it takes.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use keyrack_domain::bounds::tokens::{REPORT_TIME, REPORTED_AT_ONCE};
use keyrack_domain::tokens::LeakPlace;
use serde::Deserialize;

use super::{Leaks, refused};

#[derive(Deserialize)]
struct Report {
    credentials: Vec<String>,
}

/// 202 to every report that can be read, whatever is in it.
pub(super) async fn answer(leaks: &Leaks, request: Request) -> Response {
    let (_, client, body) = match leaks.receive(request).await {
        Ok(received) => received,
        Err(refused) => return refused,
    };
    let form = r#"send {"credentials":["krp_…"]}"#;
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return refused(StatusCode::BAD_REQUEST, &format!("the body is no JSON: {form}"));
    };
    let Ok(Report { credentials }) = serde_json::from_value(value) else {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &format!("“credentials” has to be a list of texts: {form}"));
    };
    if credentials.len() > REPORTED_AT_ONCE {
        let why = format!("a report names {REPORTED_AT_ONCE} credentials at most, this one {}", credentials.len());
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &why);
    }
    let working = async {
        let _turn = leaks.turns.acquire().await.ok();
        let texts: Vec<&str> = credentials.iter().map(String::as_str).collect();
        // A failure was logged; saying so here would say that there was something to do.
        let _ = leaks.keyrack.tokens.publish(&texts, &LeakPlace::Reported, &client).await;
    };
    tokio::join!(working, tokio::time::sleep(REPORT_TIME));
    StatusCode::ACCEPTED.into_response()
}
