//! The script door: the platform's API.
//!
//! [`registry`] is the one place where methods are declared; [`dispatch`] brings a request to its method; everything else
//! here serves these two.

pub mod answer;
pub mod body;
pub mod call;
mod credential;
pub mod dispatch;
pub mod error;
pub mod methods;
pub mod params;
mod problem;
pub mod registry;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::any;

use dispatch::Api;

/// The API's routes, without any layer: what a call needs is in its way already.
pub fn router(api: Arc<Api>) -> Router {
    let answer = any(async move |request: Request| api.answer(request).await);
    Router::new()
        .route("/1.0", answer.clone())
        .route("/1.0/", answer.clone())
        .route("/1.0/{*path}", answer.clone())
        // A published client signs out here.
        .route("/users/authentication/{rest}/{method}", answer)
}
