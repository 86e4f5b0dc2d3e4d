//! One less.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::APP_ID;
use super::super::bean::response;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.favorite.Delete",
    summary: "Makes an app none of your favourites any more; it stays in the catalogue.",
    params: &[APP_ID],
    answer: r#"{"result":0,"response":{"result":0}}"#,
    codes: &[Code::NotFound],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    call.keyrack.marketplace.delete_favorite_app(&call.caller, &call.client, call.params.text("id")?).await?;
    response(json!({}))
}
