//! The account page's forms without WASM.

use axum::extract::{Form, Request, State};
use axum::response::Response;
use axum::{Extension, RequestExt};
use keyrack_app::pages::account::AccountOutcome;
use keyrack_app::paths;
use keyrack_app::request_context::RequestContext;
use serde::Deserialize;

use super::go_to;
use crate::browser::{Browser, pages};

const PAGE: &str = "/settings/account";

#[derive(Deserialize)]
struct Rename {
    #[serde(default)]
    name: String,
}

/// `POST /settings/account/name`
pub async fn rename(
    State(browser): State<Browser>,
    Extension(request_context): Extension<RequestContext>,
    request: Request,
) -> Response {
    let Some(caller) = &request_context.caller else {
        return go_to(&paths::signin(PAGE, true));
    };
    let again = pages::Again::of(&request);
    let Ok(Form(Rename { name })) = request.extract::<Form<Rename>, _>().await else {
        return go_to(PAGE);
    };
    match browser.keyrack.accounts.rename_user(caller, &request_context.client, &name).await {
        Ok(_) => go_to("/settings/account?done=name"),
        Err(error) => {
            let message = keyrack_app::refusal::of(error).message();
            again.show(&browser, PAGE, AccountOutcome { name, message }).await
        }
    }
}
