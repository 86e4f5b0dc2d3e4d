//! Inviting somebody.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::bean::invited;
use super::role::{self, ROLE};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, PASSWORD, confirm};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.InviteMember",
    summary: "Invites somebody into the account by a link that works once; it is mailed where the server can, and told this once. A former invitation of the address is replaced.",
    params: &[
        Param::required("email", Kind::Text, "Whom to invite.", "bob@example.org"),
        ROLE,
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
    answer: r#"{"result":0,"collaboration":{"id":-4,"email":"bob@example.org","status":"PENDING","role":{"id":3,"name":"viewer"}},"link":"https://keys.example.org/invite?token=…","mailed":true}"#,
    codes: &[Code::WrongPassword, Code::Limit],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Owner,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let role = match call.params.opt_text("role")? {
        Some(written) => role::read("role", written)?,
        // Who does not say gives away the least.
        None => Role::Viewer,
    };
    let confirmed = confirm(&call).await?;
    let invitation = call.keyrack.members.invite(&confirmed, call.params.text("email")?, role).await?;
    invited(&call.keyrack.settings().public_url, &invitation, role)
}
