//! All environments of the account, in short.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::{basic_infos, of_owner};
use super::OWNER_UID;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetBasicEnvsInfo",
    summary: "Lists the account's environments without their nodes.",
    params: &[OWNER_UID],
    answer: r#"{"result":0,"infos":[{"right":"OWNER","env":{"envName":"my-project","status":1},"envGroups":[],"nodeGroups":[{"name":"cp"}]}]}"#,
    codes: &[],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let environments = call.keyrack.environments.list(&call.caller).await?;
    let owner = call.params.opt_number("ownerUid")?;
    let shown = environments.iter().filter(|environment| of_owner(environment, owner));
    Answer::object(basic_infos(shown, call.caller.role))
}
