//! Leaving an account.

use keyrack_domain::types::accounts::Role;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, Password, confirm_with};

/// Takes the caller out of an account. The caller's tokens there are revoked, values that the caller made of others' tokens and
/// sessions there end; the last owner stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaveCollaboration {
    /// The account's number, as GetCollaborations returns it.
    #[schemars(example = 3)]
    id: i64,
    tokens: Option<Revoke>,
    password: Password,
    code: Option<FactorCode>,
}

/// revoke: says that the caller's tokens in the account may go. Required where there are any; an owner who removes the member
/// can keep them instead.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(example = &"revoke")]
struct Revoke;

impl TryFrom<String> for Revoke {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Revoke, &'static str> {
        if word.trim().eq_ignore_ascii_case("revoke") { Ok(Revoke) } else { Err("it has to be revoke") }
    }
}

impl Method for LeaveCollaboration {
    const NAME: &str = "users.collaboration.LeaveCollaboration";
    const RIGHT: Right = Right::Session(Role::Viewer);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let confirmed = confirm_with(call, Some(&self.password), self.code.as_deref()).await?;
        call.keyrack.members.leave(&confirmed, self.id, self.tokens.is_some()).await?;
        Ok(Done {})
    }
}
