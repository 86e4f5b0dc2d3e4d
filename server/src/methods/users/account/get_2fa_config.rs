//! The state of the second factor, or what an authenticator needs to set it up.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, Password, confirm_with};

/// Returns whether one-time codes are in use; where they are not, what an authenticator needs to set them up. Enable2FA
/// finishes that.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Get2FaConfig {
    password: Password,
    code: Option<FactorCode>,
}

/// The state of one-time codes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OneTimeCodes")]
pub struct Config {
    #[serde(rename = "type")]
    #[schemars(example = &"TOTP")]
    kind: &'static str,
    /// Whether a secret was made.
    #[schemars(example = true)]
    is_configured: bool,
    /// Whether the first code confirmed it.
    is_active: bool,
    #[schemars(example = 0)]
    recovery_codes_left: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"JBSWY3DPEHPK3PXP…")]
    secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"otpauth://totp/…")]
    url: Option<String>,
    /// An SVG document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"<svg…")]
    qr_code: Option<String>,
}

impl Method for Get2FaConfig {
    const NAME: &str = "users.account.Get2FAConfig";
    const RIGHT: Right = Right::Session(Role::Viewer);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::WrongPassword];
    type Answer = Config;

    async fn run(self, call: &Call) -> Result<Config, ApiError> {
        let confirmed = confirm_with(call, Some(&self.password), self.code.as_deref()).await?;
        let factors = call.keyrack.second_factor.second_factors(&call.caller).await?;
        // Asking twice must not invalidate the code that was scanned meanwhile.
        let pending = match call.keyrack.second_factor.pending_totp(&call.caller).await? {
            None if !factors.totp => Some(call.keyrack.second_factor.begin_totp(&confirmed).await?),
            pending => pending,
        };
        let (secret, url, qr_code) = match pending {
            Some(set_up) => (Some(set_up.secret), Some(set_up.address), Some(set_up.qr)),
            None => (None, None, None),
        };
        Ok(Config {
            kind: "TOTP",
            is_configured: true,
            is_active: factors.totp,
            recovery_codes_left: factors.recovery_codes_left,
            secret,
            url,
            qr_code,
        })
    }
}
