//! Giving a token a new secret.

use keyrack_domain::tokens::Renewal;
use keyrack_domain::types::accounts::Role;
use keyrack_wire::Count;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ExpiresAt, NewToken};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, TokenPassword, confirm_with};

/// Gives a token a new value, and its caller as owner; the old one is refused at once, or after the overlap. An expired token gets
/// its former span again, unless expiresAt says otherwise.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegenerateToken {
    /// The token's number.
    #[schemars(example = 3, extend("x-aliases" = ["ids"]))]
    id: i64,
    expires_at: Option<ExpiresAt>,
    /// For how many seconds the former value is still accepted: 0 to 2592000, and never longer than the token lives. A value that
    /// is accepted from an earlier change ends at once.
    #[schemars(example = 3600)]
    overlap: Option<Count>,
    password: Option<TokenPassword>,
    code: Option<FactorCode>,
}

/// The token with its new value.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RegeneratedToken")]
pub struct Renewed {
    token: NewToken,
}

impl Method for RegenerateToken {
    const NAME: &str = "users.authentication.RegenerateToken";
    const RIGHT: Right = Right::Session(Role::Manager);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Renewed;

    async fn run(self, call: &Call) -> Result<Renewed, ApiError> {
        let renewal = match self.expires_at {
            Some(end) => Renewal::Until(end.0.moment()),
            None => Renewal::FormerSpan,
        };
        let confirmed = confirm_with(call, self.password.as_deref(), self.code.as_deref()).await?;
        let renewed = call
            .keyrack
            .tokens
            .rotate(&confirmed, self.id, None, renewal, self.overlap.map_or(0, |overlap| overlap.0))
            .await?;
        Ok(Renewed { token: renewed.into() })
    }
}
