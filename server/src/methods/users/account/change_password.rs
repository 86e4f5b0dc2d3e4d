//! Changing the caller's password.

use keyrack_domain::types::accounts::Role;
use keyrack_wire::{Done, Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, confirm_with};

/// Changes the caller's password and ends all other sessions; tokens go on working.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePassword {
    /// The present password.
    #[schemars(
        example = &"correct horse battery staple",
        extend("x-aliases" = ["currentPassword", "password", "current"])
    )]
    old_password: Secret,
    /// At least 12 characters, and not easy to guess.
    #[schemars(example = &"four unlikely companions walking", extend("x-aliases" = ["new"]))]
    new_password: Secret,
    code: Option<FactorCode>,
    /// Accepted for compatibility; other sessions are always ended.
    #[schemars(example = true)]
    _invalidate_sessions: Option<bool>,
}

impl Method for ChangePassword {
    const NAME: &str = "users.account.ChangePassword";
    const RIGHT: Right = Right::Session(Role::Viewer);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::WrongPassword];
    const POST_ONLY: bool = true;
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let confirmed = confirm_with(call, Some(&self.old_password), self.code.as_deref()).await?;
        call.keyrack.accounts.change_password(&confirmed, &self.old_password, &self.new_password).await?;
        Ok(Done {})
    }
}
