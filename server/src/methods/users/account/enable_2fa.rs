//! Switching one-time codes on.

use keyrack_domain::types::accounts::Role;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use super::codes::Codes;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{Password, confirm_with};

/// Switches one-time codes on by their first code. The answer holds the recovery codes, which are never shown again; none when
/// there are some already.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Enable2Fa {
    password: Password,
    /// The first code of the authenticator that Get2FAConfig set up.
    #[schemars(example = &"123456")]
    code: Secret,
    /// Required where a passkey is in use already.
    #[schemars(example = &"abcd-efgh-jkmn-pqrs")]
    recovery_code: Option<Secret>,
}

impl Method for Enable2Fa {
    const NAME: &str = "users.account.Enable2FA";
    const RIGHT: Right = Right::Session(Role::Viewer);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Codes;

    async fn run(self, call: &Call) -> Result<Codes, ApiError> {
        let confirmed = confirm_with(call, Some(&self.password), self.recovery_code.as_deref()).await?;
        Ok(Codes { codes: call.keyrack.second_factor.enable_totp(&confirmed, &self.code).await? })
    }
}
