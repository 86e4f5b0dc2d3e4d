//! The doors for whoever finds a token where it should not be: a report by anybody, the form of a code host's partner programme,
//! and the rules by which scanners find tokens.

mod github;
mod report;
pub mod rules;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{StatusCode, header};
use keyrack_domain::Keyrack;
use keyrack_domain::bounds::tokens::{REPORT, REPORTS_AT_ONCE};
use keyrack_domain::caller::Client;
use keyrack_wire::TrustedProxies;
use tokio::sync::Semaphore;

pub use github::ScanningKeys;

use crate::http::client::client;

/// Where anybody reports tokens.
pub const REVOKE: &str = "/credentials/revoke";

/// What the doors work with.
pub struct Leaks {
    keyrack: Keyrack,
    proxies: TrustedProxies,
    /// Keys of the partner programme, where the operator takes part.
    keys: Option<ScanningKeys>,
    /// The server's own address, `https://keys.example.org`.
    origin: String,
    /// Reports take turns, so that nobody keeps the database busy with them.
    turns: Semaphore,
}

impl Leaks {
    /// The doors of this server.
    pub fn new(keyrack: Keyrack, proxies: TrustedProxies, keys: Option<ScanningKeys>, origin: String) -> Arc<Leaks> {
        Arc::new(Leaks { keyrack, proxies, keys, origin, turns: Semaphore::new(REPORTS_AT_ONCE) })
    }

    /// The routes.
    pub fn router(self: Arc<Leaks>) -> Router {
        let (reported, scanned) = (self.clone(), self.clone());
        Router::new()
            .route(REVOKE, post(async move |request: Request| report::answer(&reported, request).await))
            .route(
                "/secret-scanning/github",
                post(async move |request: Request| github::answer(&scanned, request).await),
            )
            .route(
                "/.well-known/token-scanning.json",
                get(async move || json(StatusCode::OK, &rules::rules(&self.origin))),
            )
    }

    /// Who sends a request, its headers, and its body of bounded length.
    async fn receive(&self, request: Request) -> Result<(http::request::Parts, Client, Bytes), Response> {
        let (parts, body) = request.into_parts();
        let client = client(&parts, &self.proxies);
        match axum::body::to_bytes(body, REPORT).await {
            Ok(body) => Ok((parts, client, body)),
            Err(_) => Err(refused(StatusCode::PAYLOAD_TOO_LARGE, &format!("a report has {REPORT} bytes at most"))),
        }
    }
}

fn json(status: StatusCode, body: &impl serde::Serialize) -> Response {
    let text = serde_json::to_vec(body).unwrap_or_default();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}

/// A refusal that says what would be right.
fn refused(status: StatusCode, why: &str) -> Response {
    json(status, &serde_json::json!({ "error": why }))
}
