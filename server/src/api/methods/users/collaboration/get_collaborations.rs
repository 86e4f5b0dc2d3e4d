//! The accounts that the caller is a member of.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde::Serialize;

use super::role::RoleBean;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.GetCollaborations",
    summary: "Lists the accounts that the user is a member of; `current` is the one that calls speak of.",
    params: &[
        Param::optional("id", Kind::Number, "Only this one.", "3"),
        Param::optional(
            "ownerUid",
            Kind::Number,
            "Accepted for compatibility; a call speaks of its credential's account.",
            "",
        ),
    ],
    answer: r#"{"result":0,"collaborations":[{"id":3,"displayName":"Ada's account","status":"ACTIVE","role":{"id":1,"name":"owner"},"current":true}]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

#[derive(Serialize)]
struct Collaborations {
    collaborations: Vec<Collaboration>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Collaboration {
    id: i64,
    display_name: String,
    status: &'static str,
    role: RoleBean,
    current: bool,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let wanted = call.params.opt_number("id")?;
    let accounts = call.keyrack.members.accounts_of(&call.caller).await?;
    let collaborations = accounts
        .into_iter()
        .filter(|account| wanted.is_none_or(|wanted| wanted == account.id))
        .map(|account| Collaboration {
            id: account.id,
            display_name: account.name,
            status: "ACTIVE",
            role: RoleBean::of(account.role),
            current: account.current,
        })
        .collect();
    Answer::written(&Collaborations { collaborations })
}
