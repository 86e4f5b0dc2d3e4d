//! Second factors as people see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What protects a user besides the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactors {
    /// One-time codes of an authenticator are in use.
    pub totp: bool,
    pub passkeys: Vec<PasskeyView>,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u32,
    /// Ask at every change, instead of letting one proof cover five minutes.
    pub ask_always: bool,
}

impl SecondFactors {
    /// Whether there is any.
    pub fn any(&self) -> bool {
        self.totp || !self.passkeys.is_empty()
    }
}

/// One passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyView {
    pub id: i64,
    pub name: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub last_used: Option<DateTime<Utc>>,
}

/// What a person brings to confirm a change with.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmInput {
    pub password: String,
    /// Of the authenticator, or a recovery code.
    pub code: Option<String>,
    /// A passkey's answer (the browser's JSON), with the number of the ceremony that it answers.
    pub passkey: Option<(i64, String)>,
}

impl std::fmt::Debug for ConfirmInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ConfirmInput(…)")
    }
}

/// What a change will be asked to be confirmed with, besides the password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmNeeds {
    pub totp: bool,
    pub passkey: bool,
    /// For so many seconds a former proof of the second factor still covers changes.
    pub covered: u32,
}

impl ConfirmNeeds {
    /// Whether the second factor has to be proved now.
    pub fn proof(self) -> bool {
        (self.totp || self.passkey) && self.covered == 0
    }
}

/// A passkey ceremony that the server began: its number, and the options for the browser (JSON).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyRequest {
    pub id: i64,
    pub options: String,
}

/// What has to be entered in an authenticator; shown until its first code confirms it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticatorSetup {
    /// In base32, for typing.
    pub secret: String,
    /// The same as an address, `otpauth://…`.
    pub address: String,
    /// The address as a QR code, an SVG document.
    pub qr: String,
}

impl std::fmt::Debug for AuthenticatorSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthenticatorSetup(…)")
    }
}

/// Everything about second factors that the Security page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Security {
    pub factors: SecondFactors,
    pub needs: ConfirmNeeds,
    pub passkeys: PasskeyPlace,
}

/// Where passkeys work, seen from the page that was asked for: browsers bind them to the host name of the public address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasskeyPlace {
    Here,
    /// At this address, and not at the one that the page was loaded from.
    At(String),
    /// The public address has no host name, or is plain http.
    #[default]
    Nowhere,
}

/// How second factors stand after a change, with recovery codes when new ones were made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityChange {
    pub security: Security,
    /// Told this once.
    pub codes: Vec<String>,
}

impl std::fmt::Debug for SecurityChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecurityChange").field("security", &self.security).finish_non_exhaustive()
    }
}
