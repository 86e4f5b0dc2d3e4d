//! The roles.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde::Serialize;

use super::role::{ALL, RoleBean};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.GetRoles",
    summary: "Lists the roles that a member can have.",
    params: &[
        Param::optional("id", Kind::Number, "Only this one.", "2"),
        Param::optional(
            "ownerUid",
            Kind::Number,
            "Accepted for compatibility; a call speaks of its credential's account.",
            "",
        ),
    ],
    answer: r#"{"result":0,"roles":[{"id":2,"name":"manager","description":"Environments, tokens of their own and those shared with the account."}]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

#[derive(Serialize)]
struct Roles {
    roles: Vec<RoleBean>,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let wanted = call.params.opt_number("id")?;
    let roles = (1..).zip(ALL).filter(|(id, _)| wanted.is_none_or(|wanted| wanted == *id));
    Answer::written(&Roles { roles: roles.map(|(_, role)| RoleBean::described(role)).collect() })
}
