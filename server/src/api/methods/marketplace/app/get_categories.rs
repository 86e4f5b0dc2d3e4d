//! Categories.

use keyrack_domain::marketplace::Category;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::response;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.app.GetCategories",
    summary: "Lists the categories of all apps.",
    params: &[],
    answer: r#"{"result":0,"response":{"result":0,"categories":[{"id":"apps/websites","title":"apps/websites","total":1}]}}"#,
    codes: &[],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let categories = call.keyrack.marketplace.app_categories(&call.caller).await?;
    let one = |category: &Category| json!({ "id": category.name, "title": category.name, "total": category.apps });
    response(json!({ "categories": categories.iter().map(one).collect::<Vec<_>>() }))
}
