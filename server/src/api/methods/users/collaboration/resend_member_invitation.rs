//! Inviting somebody again.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::MEMBER;
use super::bean::invited;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, PASSWORD, confirm};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.ResendMemberInvitation",
    summary: "Replaces an open or expired invitation by a new one with a new link; the old link is worth nothing then.",
    params: &[
        MEMBER,
        Param::optional(
            "ownerUid",
            Kind::Number,
            "Accepted for compatibility; a call speaks of its credential's account.",
            "",
        ),
        PASSWORD,
        CODE,
    ],
    answer: r#"{"result":0,"collaboration":{"id":-5,"email":"bob@example.org","status":"PENDING","role":{"id":3,"name":"viewer"}},"link":"https://keys.example.org/invite?token=…","mailed":true}"#,
    codes: &[Code::NotFound, Code::WrongPassword, Code::Limit],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Owner,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let id = call.params.number("id")?;
    let confirmed = confirm(&call).await?;
    let list = call.keyrack.members.list(&call.caller).await?;
    let former = list
        .invitations
        .iter()
        .find(|invitation| id.checked_neg() == Some(invitation.id))
        .ok_or_else(|| keyrack_domain::Error::NotFound(format!("there is no invitation {id}").into()))?;
    let invitation = call.keyrack.members.invite(&confirmed, &former.email, former.role).await?;
    invited(&call.keyrack.settings().public_url, &invitation, former.role)
}
