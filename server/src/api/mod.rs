//! The script door: the platform's API.
//!
//! [`registry`] is the one place where methods are declared; [`dispatch`] brings a request to its method; everything else
//! here serves these two.

pub mod answer;
pub mod body;
pub mod call;
mod cors;
mod credential;
pub mod dispatch;
pub mod error;
mod file_form;
pub mod hint;
pub mod method;
pub mod methods;
pub mod multipart;
#[cfg(test)]
mod multipart_held;
pub mod openapi;
mod parameters;
pub mod path;
mod problem;
pub mod registry;
mod tasks;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::{any, get};
use bytes::Bytes;
use http::header;

use dispatch::Api;

/// The API's routes, without any layer: what a call needs is in its way already.
pub fn router(api: Arc<Api>) -> Router {
    let document = Arc::new(OnceLock::new());
    let described = api.clone();
    let openapi = get(async move || openapi_json(&document, &described)).options(async || cors::preflight());
    let answer = any(async move |request: Request| api.answer(request).await);
    Router::new()
        .route("/openapi.json", openapi)
        .route("/1.0", answer.clone())
        .route("/1.0/", answer.clone())
        .route("/1.0/{*path}", answer.clone())
        // A published client signs out here, and the build plug-ins register, list, deploy and remove archives here.
        .route("/users/authentication/{rest}/{method}", answer.clone())
        .route("/deploy/{method}", answer.clone())
        .route("/GetArchives", answer.clone())
        .route("/DeleteArchive", answer)
}

/// The API's description, written when it is first asked for.
fn openapi_json(document: &OnceLock<Bytes>, api: &Api) -> impl IntoResponse + use<> {
    let text = document.get_or_init(|| openapi::document(api.registry()).to_string().into());
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, cors::EXPOSED),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text.clone())
}
