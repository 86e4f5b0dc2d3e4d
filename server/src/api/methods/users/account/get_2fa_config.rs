//! How the second factor stands, or what an authenticator has to be told.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, PASSWORD, confirm};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.account.Get2FAConfig",
    summary: "Tells whether one-time codes are in use; where they are not, what an authenticator has to be told to set them up. Enable2FA finishes that.",
    params: &[PASSWORD, CODE],
    answer: r#"{"result":0,"type":"TOTP","isConfigured":true,"isActive":false,"recoveryCodesLeft":0,"secret":"JBSWY3DPEHPK3PXP…","url":"otpauth://totp/…","qrCode":"<svg…"}"#,
    codes: &[Code::WrongPassword],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

/// `isConfigured`: a secret was made. `isActive`: its first code confirmed it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    #[serde(rename = "type")]
    kind: &'static str,
    is_configured: bool,
    is_active: bool,
    recovery_codes_left: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// An SVG document.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code: Option<String>,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let confirmed = confirm(&call).await?;
    let factors = call.keyrack.second_factor.second_factors(&call.caller).await?;
    // Asking twice must not make the code worthless that somebody has scanned meanwhile.
    let pending = match call.keyrack.second_factor.pending_totp(&call.caller).await? {
        None if !factors.totp => Some(call.keyrack.second_factor.begin_totp(&confirmed).await?),
        pending => pending,
    };
    let (secret, url, qr_code) = match pending {
        Some(set_up) => (Some(set_up.secret), Some(set_up.address), Some(set_up.qr)),
        None => (None, None, None),
    };
    Answer::written(&Config {
        kind: "TOTP",
        is_configured: true,
        is_active: factors.totp,
        recovery_codes_left: factors.recovery_codes_left,
        secret,
        url,
        qr_code,
    })
}
