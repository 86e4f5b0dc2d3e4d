//! Switching one-time codes off.

use keyrack_domain::types::accounts::Role;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, Password, confirm_with};

/// Switches one-time codes off. Passkeys stay; without one the recovery codes go too.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Disable2Fa {
    password: Password,
    code: Option<FactorCode>,
}

impl Method for Disable2Fa {
    const NAME: &str = "users.account.Disable2FA";
    const RIGHT: Right = Right::Session(Role::Viewer);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let confirmed = confirm_with(call, Some(&self.password), self.code.as_deref()).await?;
        call.keyrack.second_factor.disable_totp(&confirmed).await?;
        Ok(Done {})
    }
}
