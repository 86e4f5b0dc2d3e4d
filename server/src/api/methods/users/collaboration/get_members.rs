//! Who is in the account.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde::Serialize;

use super::bean::Member;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.GetMembers",
    summary: "Lists the members of the account, and for its owner the invitations that are open (negative numbers).",
    params: &[
        Param::optional("id", Kind::Number, "Only this one.", "8"),
        Param::optional(
            "ownerUid",
            Kind::Number,
            "Accepted for compatibility; a call speaks of its credential's account.",
            "",
        ),
    ],
    answer: r#"{"result":0,"collaborations":[{"id":8,"uid":8,"email":"bob@example.org","displayName":"Bob","status":"ACTIVE","role":{"id":2,"name":"manager"},"createdOn":"2026-11-24 10:00:00","tokens":2}]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

#[derive(Serialize)]
struct Members<'a> {
    collaborations: Vec<Member<'a>>,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let wanted = call.params.opt_number("id")?;
    let list = call.keyrack.members.list(&call.caller).await?;
    let is_wanted = |id: i64| wanted.is_none_or(|wanted| wanted == id);
    let members = list.members.iter().filter(|one| is_wanted(one.user_id)).map(Member::active);
    let invitations = list.invitations.iter().filter(|one| is_wanted(-one.id)).map(Member::invited);
    Answer::written(&Members { collaborations: members.chain(invitations).collect() })
}
