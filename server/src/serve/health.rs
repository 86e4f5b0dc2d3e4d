//! `/healthz`, `/readyz`, `/metrics`: for monitoring.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::{StatusCode, header};
use keyrack_domain::Keyrack;

use crate::dispatch::metrics::Metrics;

/// The routes.
pub fn router(keyrack: Keyrack, metrics: Arc<Metrics>) -> Router {
    let watched = keyrack.clone();
    Router::new()
        .route("/healthz", get(async || plain(StatusCode::OK, "ok\n".into())))
        .route("/readyz", get(async move || ready(&keyrack).await))
        .route(
            "/metrics",
            get(async move || {
                plain(
                    StatusCode::OK,
                    metrics.text(watched.core.cache_counts(), watched.core.health_snapshot().await.ok().as_ref()),
                )
            }),
        )
}

async fn ready(keyrack: &Keyrack) -> impl IntoResponse + use<> {
    match keyrack.ready().await {
        Ok(()) => plain(StatusCode::OK, "ready\n".into()),
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".into()),
    }
}

fn plain(status: StatusCode, text: String) -> impl IntoResponse + use<> {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, text)
}
