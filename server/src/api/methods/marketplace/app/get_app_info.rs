//! One app.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::{app, info};
use super::super::{APP_ID, LANG, OWNER_UID};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.app.GetAppInfo",
    summary: "Tells everything of an app, with the form that it asks for.",
    params: &[APP_ID, LANG, OWNER_UID],
    answer: r#"{"result":0,"app":{"id":"static-site","appId":"static-site","isOwn":false,"type":"install","name":"Static site","version":"1.0","description":"…","categories":["apps/websites"],"actions":["page"]},"settings":{"fields":[{"name":"title","caption":"Title","type":"string","default":"Hello","required":true},{"name":"count","caption":"Nodes","type":"spinner","default":1},{"name":"search","caption":"Search","type":"checkbox","default":false}]}}"#,
    codes: &[Code::NotFound],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let found = call.keyrack.marketplace.read_app(&call.caller, &call.client, call.params.text("id")?).await?;
    info(app(&found), &found.manifest, call.caller.role)
}
