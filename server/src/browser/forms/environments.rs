//! Starting, stopping and restarting without WASM.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use keyrack_app::forms;
use keyrack_app::pages::environments::Action;
use keyrack_app::paths;
use keyrack_app::request_context::RequestContext;

use super::go_to;
use crate::browser::Browser;

/// `POST /environments/{name}/{start|stop|restart}`: back to the list, which shows what became of it, or why nothing did.
pub async fn act(
    State(browser): State<Browser>,
    Extension(request_context): Extension<RequestContext>,
    Path((name, action)): Path<(String, String)>,
) -> Response {
    let Some(action) = Action::ALL.into_iter().find(|known| known.segment() == action) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(caller) = &request_context.caller else {
        return go_to(&paths::signin("/", true));
    };
    let begun = match action {
        Action::Start => browser.keyrack.environments.start(caller, &request_context.client, &name).await,
        Action::Stop => browser.keyrack.environments.stop(caller, &request_context.client, &name).await,
        Action::Restart => browser.keyrack.environments.restart(caller, &request_context.client, &name).await,
    };
    let mut response = go_to("/");
    if let Err(error) = begun {
        tracing::debug!(%error, "an environment was not changed");
        let why = forms::flash_cookie(&browser.cookie, false, &keyrack_app::refusal::of(error).message());
        response.headers_mut().append(header::SET_COOKIE, why);
    }
    response
}
