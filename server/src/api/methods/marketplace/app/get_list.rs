//! The catalogue.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::apps;
use super::super::{LANG, SEARCH};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.app.GetList",
    summary: "Lists what the account can install: what this server brings, then its own manifests.",
    params: &[SEARCH, LANG],
    answer: r#"{"result":0,"total":1,"apps":[{"id":"static-site","appId":"static-site","isOwn":false,"type":"install","name":"Static site","version":"1.0","description":"…","categories":["apps/websites"],"actions":["page"]}]}"#,
    codes: &[],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let search = call.params.opt_text("search")?.unwrap_or_default();
    let found = call.keyrack.marketplace.apps(&call.caller).await?;
    apps(found.iter().filter(|app| app.holds(search)))
}
