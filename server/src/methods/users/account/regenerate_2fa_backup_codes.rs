//! New recovery codes.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::Deserialize;

use super::codes::Codes;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, Password, confirm_with};

/// Makes ten recovery codes in place of all former ones; they are shown this once.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Regenerate2FaBackupCodes {
    password: Password,
    code: Option<FactorCode>,
}

impl Method for Regenerate2FaBackupCodes {
    const NAME: &str = "users.account.Regenerate2FABackupCodes";
    const RIGHT: Right = Right::Session(Role::Viewer);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Codes;

    async fn run(self, call: &Call) -> Result<Codes, ApiError> {
        let confirmed = confirm_with(call, Some(&self.password), self.code.as_deref()).await?;
        Ok(Codes { codes: call.keyrack.second_factor.regenerate_recovery_codes(&confirmed).await? })
    }
}
