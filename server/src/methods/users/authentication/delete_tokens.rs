//! Taking tokens back.

use keyrack_domain::types::accounts::Role;
use keyrack_wire::{Done, Ids};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, TokenPassword, confirm_with};

/// Removes tokens: all of those named, or none. They are refused from then on.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteTokens {
    /// Numbers of the tokens; `*` for all of the caller's own.
    #[schemars(example = &"1;4;6", extend("x-aliases" = ["id"]))]
    ids: Ids,
    #[schemars(extend("x-aliases" = ["passphrase"]))]
    password: Option<TokenPassword>,
    code: Option<FactorCode>,
}

impl Method for DeleteTokens {
    const NAME: &str = "users.authentication.DeleteTokens";
    const RIGHT: Right = Right::Session(Role::Manager);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let confirmed = confirm_with(call, self.password.as_deref(), self.code.as_deref()).await?;
        let ids = match self.ids {
            Ids::These(ids) => ids,
            Ids::All => {
                let list = call.keyrack.tokens.list(&call.caller).await?;
                list.tokens.iter().filter(|token| token.mine).map(|token| token.id).collect()
            }
        };
        // Without tokens, `*` is done already.
        if !ids.is_empty() {
            call.keyrack.tokens.remove(&confirmed, &ids).await?;
        }
        Ok(Done {})
    }
}
