//! The prepared sets of methods.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde::Serialize;

use super::bean::Template;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.GetTokenTemplates",
    summary: "Lists the prepared API sets and what they open on this server.",
    params: &[],
    answer: r#"{"result":0,"templates":[{"id":2,"name":"IDE Plugins","apiListItems":[{"method":"environment.control.StopEnv"}]}]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

#[derive(Serialize)]
struct Templates<'a> {
    templates: Vec<Template<'a>>,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let catalog = call.keyrack.catalog();
    Answer::written(&Templates { templates: ApiSet::PREPARED.map(|set| Template::of(catalog, set)).into() })
}
