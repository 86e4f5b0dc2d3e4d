//! Uninstalling.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::response;
use super::super::{STEP_CODES, UNIQUE_NAME};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "marketplace.installation.Uninstall",
    summary: "Carries out what an installed app does at its end, and forgets it; its environment stays.",
    params: &[
        UNIQUE_NAME,
        Param::optional("force", Kind::YesNo, "Whether it is forgotten also when something fails.", "false"),
    ],
    answer: r#"{"result":0,"response":{"result":0}}"#,
    codes: STEP_CODES,
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, force) = (call.params.text("appUniqueName")?, call.params.yes("force")?);
    call.keyrack.marketplace.uninstall(&call.caller, &call.client, name, force).await?;
    response(json!({}))
}
