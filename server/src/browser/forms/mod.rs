//! What the pages' forms post to: plain requests, answered by going on to a page.

mod account;
mod environments;
mod sign_in;
mod sign_out;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};
use keyrack_app::paths;

use super::Browser;

/// The routes.
pub fn router() -> Router<Browser> {
    Router::new()
        .route("/signin", post(sign_in::sign_in))
        .route("/signout", post(sign_out::sign_out))
        .route("/environments/{name}/{action}", post(environments::act))
        .route("/settings/account/name", post(account::rename))
        // Where password managers look for the page that changes the password.
        .route("/.well-known/change-password", get(async || go_to("/settings/security")))
}

/// Goes on to one of our pages; to the first one where the path cannot be written into a header. What is not ASCII is escaped.
pub(super) fn go_to(path: &str) -> Response {
    let mut ascii = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter.is_ascii() {
            ascii.push(letter)
        } else {
            paths::escape_into(letter.encode_utf8(&mut [0; 4]), &mut ascii)
        }
    }
    let location = HeaderValue::try_from(ascii).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
