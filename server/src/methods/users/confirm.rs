//! Confirming a change, the same way in every method that asks for it.

use std::ops::Deref;

use keyrack_domain::accounts::{Confirmation, Confirmed};
use keyrack_domain::second_factor::Proof;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;

const PASSWORD_EXAMPLE: &str = "correct horse battery staple";

/// The caller's password, which confirms the change. The operator can make it optional for users without a second factor.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = PASSWORD_EXAMPLE)]
pub struct TokenPassword(Secret);

/// The caller's password, which confirms the change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = PASSWORD_EXAMPLE)]
pub struct Password(Secret);

/// The code of the authenticator, or a recovery code. Required for users with a second factor, unless one was proved in this
/// session within the last minutes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"123456")]
pub struct FactorCode(Secret);

impl Deref for TokenPassword {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Deref for Password {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Deref for FactorCode {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Checks a password and a code.
///
/// # Errors
/// As [`Keyrack::confirm`](keyrack_domain::Keyrack::confirm).
pub async fn confirm_with(call: &Call, password: Option<&str>, code: Option<&str>) -> Result<Confirmed, ApiError> {
    let with = Confirmation {
        password: password.map(str::to_owned),
        second_factor: code.map(|code| Proof::Code(code.to_owned())),
    };
    Ok(call.keyrack.accounts.confirm(&call.caller, &call.client, &with).await?)
}
