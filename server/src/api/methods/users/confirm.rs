//! Confirming a change, the same way in every method that asks for it.

use keyrack_domain::accounts::{Confirmation, Confirmed};
use keyrack_domain::second_factor::Proof;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Kind, Param};

const PASSWORD_EXAMPLE: &str = "correct horse battery staple";

/// The password, where the operator may have made it optional: for token changes.
pub const TOKEN_PASSWORD: Param = Param::optional(
    "password",
    Kind::Secret,
    "The caller's password, which confirms the change. The operator can make it optional for users without a second factor.",
    PASSWORD_EXAMPLE,
);

/// The password, where nothing goes without it.
pub const PASSWORD: Param =
    Param::required("password", Kind::Secret, "The caller's password, which confirms the change.", PASSWORD_EXAMPLE);

/// The second factor.
pub const CODE: Param = Param::optional(
    "code",
    Kind::Secret,
    "The code of the authenticator, or a recovery code. Required for users with a second factor, unless one was proved in this session within the last minutes.",
    "123456",
);

/// Checks the `password` and the `code` of a call.
///
/// # Errors
/// As [`Accounts::confirm`](keyrack_domain::accounts::Accounts::confirm).
pub async fn confirm(call: &Call) -> Result<Confirmed, ApiError> {
    confirm_with(call, call.params.opt_text("password")?, call.params.opt_text("code")?).await
}

/// As [`confirm`], for methods in which these parameters have other names.
///
/// # Errors
/// As [`confirm`].
pub async fn confirm_with(call: &Call, password: Option<&str>, code: Option<&str>) -> Result<Confirmed, ApiError> {
    let with = Confirmation {
        password: password.map(str::to_owned),
        second_factor: code.map(|code| Proof::Code(code.to_owned())),
    };
    Ok(call.keyrack.accounts.confirm(&call.caller, &call.client, &with).await?)
}
