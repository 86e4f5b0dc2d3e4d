//! What the pages' forms post to: plain requests, answered by going on to a page.

mod account;
mod environments;
mod sign_in;
mod sign_out;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{HeaderValue, StatusCode, header};

use super::Browser;

/// The routes.
pub fn router() -> Router<Browser> {
    Router::new()
        .route("/signin", post(sign_in::sign_in))
        .route("/signout", post(sign_out::sign_out))
        .route("/environments/{name}/{action}", post(environments::act))
        .route("/settings/account/name", post(account::rename))
}

/// Goes on to one of our pages.
pub(super) fn go_to(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
