//! Changing what a member may do.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::MEMBER;
use super::bean::Member;
use super::role::{self, ROLE};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, PASSWORD, confirm};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.EditMember",
    summary: "Gives a member another role. A lower one narrows that member's tokens and sessions at their next call.",
    params: &[
        MEMBER,
        ROLE.shown(),
        Param::optional("displayName", Kind::Text, "Accepted for compatibility; people name themselves.", ""),
        Param::optional(
            "ownerUid",
            Kind::Number,
            "Accepted for compatibility; a call speaks of its credential's account.",
            "",
        ),
        PASSWORD,
        CODE,
    ],
    answer: r#"{"result":0,"collaboration":{"id":8,"uid":8,"email":"bob@example.org","displayName":"Bob","status":"ACTIVE","role":{"id":3,"name":"viewer"},"createdOn":"2026-11-24 10:00:00","tokens":2}}"#,
    codes: &[Code::NotFound, Code::WrongPassword],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Owner,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let id = call.params.number("id")?;
    let role = role::read("role", call.params.opt_text("role")?.ok_or(ApiError::Missing("role"))?)?;
    let confirmed = confirm(&call).await?;
    call.keyrack.members.change_role(&confirmed, id, role).await?;
    let list = call.keyrack.members.list(&call.caller).await?;
    let member = list.members.iter().find(|member| member.user_id == id).map(Member::active);
    Answer::object(json!({ "collaboration": member }))
}
