//! Ending the former value of a token.

use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bean::Token;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, TokenPassword, confirm_with};

/// Ends the former value of a token that is still accepted after RegenerateToken with an overlap.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndTokenRotation {
    /// The token's number.
    #[schemars(example = 3)]
    id: i64,
    password: Option<TokenPassword>,
    code: Option<FactorCode>,
}

/// The token with its present value alone.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RotatedToken")]
pub struct Rotated {
    token: Token,
}

impl Method for EndTokenRotation {
    const NAME: &str = "users.authentication.EndTokenRotation";
    const RIGHT: Right = Right::Session(Role::Manager);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Rotated;

    async fn run(self, call: &Call) -> Result<Rotated, ApiError> {
        let confirmed = confirm_with(call, self.password.as_deref(), self.code.as_deref()).await?;
        let token = call.keyrack.tokens.end_rotation(&confirmed, self.id).await?;
        Ok(Rotated { token: token.into() })
    }
}
