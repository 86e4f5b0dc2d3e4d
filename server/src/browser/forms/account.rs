//! The account page's forms without WASM.

use axum::extract::{Form, Request, State};
use axum::response::Response;
use axum::{Extension, RequestExt};
use keyrack_app::pages::account::AccountOutcome;
use keyrack_app::paths;
use keyrack_app::visit::Visit;
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
pub async fn rename(State(browser): State<Browser>, Extension(visit): Extension<Visit>, request: Request) -> Response {
    let Some(caller) = &visit.caller else {
        return go_to(&paths::signin(PAGE, true));
    };
    let again = pages::Again::of(&request);
    let Ok(Form(Rename { name })) = request.extract::<Form<Rename>, _>().await else {
        return go_to(PAGE);
    };
    match browser.keyrack.rename_user(caller, &visit.client, &name).await {
        Ok(_) => go_to("/settings/account?done=name"),
        Err(error) => {
            let message = error.into_refusal().message();
            again.show(&browser, PAGE, AccountOutcome { name, message }).await
        }
    }
}

/// `POST /settings/account/sessions/end`: the sessions named by `id`, or all but this one.
pub async fn end_sessions(
    State(browser): State<Browser>,
    Extension(visit): Extension<Visit>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let Some(caller) = &visit.caller else {
        return go_to(&paths::signin(PAGE, true));
    };
    let named: Vec<i64> =
        fields.iter().filter(|(name, _)| name == "id").filter_map(|(_, value)| value.parse().ok()).collect();
    let ended = async {
        let ids = if named.is_empty() {
            let sessions = browser.keyrack.sessions(caller).await?;
            sessions.into_iter().filter(|session| !session.current).map(|session| session.id).collect()
        } else {
            named
        };
        browser.keyrack.end_sessions(caller, &visit.client, &ids).await
    };
    match ended.await {
        Ok(()) => go_to("/settings/account?done=sessions"),
        // Ended meanwhile, most likely: the list shows it.
        Err(_) => go_to(PAGE),
    }
}
