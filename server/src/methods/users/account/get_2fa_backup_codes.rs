//! How many recovery codes are left.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, Password, confirm_with};

/// Tells how many recovery codes are left. The codes are kept as hashes and cannot be read back; Regenerate2FABackupCodes
/// makes new ones.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Get2FaBackupCodes {
    password: Password,
    code: Option<FactorCode>,
}

/// Recovery codes, which cannot be read back.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RecoveryCodesLeft")]
pub struct Left {
    /// Always empty, for clients that go through it.
    codes: [String; 0],
    /// How many are left.
    #[schemars(example = 9)]
    left: u32,
}

impl Method for Get2FaBackupCodes {
    const NAME: &str = "users.account.Get2FABackupCodes";
    const RIGHT: Right = Right::Session(Role::Viewer);
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::WrongPassword];
    type Answer = Left;

    async fn run(self, call: &Call) -> Result<Left, ApiError> {
        confirm_with(call, Some(&self.password), self.code.as_deref()).await?;
        let factors = call.keyrack.second_factor.second_factors(&call.caller).await?;
        Ok(Left { codes: [], left: factors.recovery_codes_left })
    }
}
