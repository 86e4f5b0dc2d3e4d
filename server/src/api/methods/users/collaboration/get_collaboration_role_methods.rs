//! What a role may call.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde::Serialize;

use super::role::{self, ROLE};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.GetCollaborationRoleMethods",
    summary: "Lists the methods that a role may call; without one, those of the caller's own role.",
    params: &[
        ROLE,
        Param::optional(
            "collaborationId",
            Kind::Number,
            "Accepted for compatibility; roles are the same in every account.",
            "",
        ),
    ],
    answer: r#"{"result":0,"array":["environment.control.GetEnvs"]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

#[derive(Serialize)]
struct Methods {
    array: Vec<String>,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let role = match call.params.opt_text("role")? {
        Some(written) => role::read("role", written)?,
        None => call.caller.role,
    };
    let entries = call.keyrack.catalog().entries();
    let mut array: Vec<_> =
        entries.filter(|(_, entry)| entry.role <= role).map(|(_, entry)| entry.info.name.clone()).collect();
    array.sort_unstable();
    Answer::written(&Methods { array })
}
