//! Settings.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::response;
use super::super::{LANG, SETTINGS_ID, UNIQUE_NAME};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.jps.GetAppSettings",
    summary: "Tells the form of an installed manifest with the values that count now; secrets are left out.",
    params: &[UNIQUE_NAME, SETTINGS_ID, LANG],
    answer: r#"{"result":0,"response":{"result":0,"settings":{"fields":[{"name":"title","caption":"Title","type":"string","default":"Hello","required":true},{"name":"count","caption":"Nodes","type":"spinner","default":1},{"name":"search","caption":"Search","type":"checkbox","default":false}]}}}"#,
    codes: &[Code::NotFound],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, form) = (call.params.text("appUniqueName")?, call.params.opt_text("settingsId")?);
    let settings = call.keyrack.marketplace.installed_settings(&call.caller, &call.client, name, form).await?;
    response(json!({ "settings": settings }))
}
