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
    pub created: DateTime<Utc>,
    pub last_used: Option<DateTime<Utc>>,
}
