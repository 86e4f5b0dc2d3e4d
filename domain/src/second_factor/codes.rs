//! Taking a typed code, whichever kind it is.

use chrono::{DateTime, Utc};

use super::{recovery, totp};
use crate::error::Result;
use crate::ids::UserId;
use crate::store::Tx;

/// Whether the code is right; a right one is used up. Blanks and hyphens that people type are ignored.
pub(super) async fn take(tx: &mut Tx, user: UserId, typed: &str, now: DateTime<Utc>) -> Result<bool> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).collect();
    if code.len() == totp::DIGITS && code.bytes().all(|byte| byte.is_ascii_digit()) {
        totp::take(tx, user, &code, now).await
    } else {
        recovery::take(tx, user, &code, now).await
    }
}
