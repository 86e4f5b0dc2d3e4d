//! Signing out.

use axum::Extension;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use keyrack_app::paths;
use keyrack_app::request_context::RequestContext;
use serde::Deserialize;

use super::go_to;
use crate::browser::Browser;

#[derive(Deserialize)]
pub struct SignOut {
    #[serde(default)]
    next: String,
}

/// `POST /signout`: ends the session and goes to the sign-in page, which leads on to `next`, or at once to `next` where that
/// needs no session. The cookie is taken back only when the session is
/// gone; a browser that forgets a session that lives on would be deceived.
pub async fn sign_out(
    State(browser): State<Browser>,
    Extension(request_context): Extension<RequestContext>,
    Form(SignOut { next }): Form<SignOut>,
) -> Response {
    if let Some(caller) = &request_context.caller
        && browser.keyrack.accounts.sign_out(caller, &request_context.client).await.is_err()
    {
        return (StatusCode::SERVICE_UNAVAILABLE, "You could not be signed out. Try again shortly.\n").into_response();
    }
    let mut response = go_to(&paths::signed_out(&next));
    response.headers_mut().append(header::SET_COOKIE, browser.cookie.clear());
    response
}
