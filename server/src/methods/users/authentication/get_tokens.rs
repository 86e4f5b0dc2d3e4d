//! The tokens, without their secrets.

use keyrack_wire::Ids;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bean::ListedToken;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the tokens that the caller may see; never their secrets.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetTokens {
    /// Only these tokens; `*` for all.
    #[schemars(example = &"1;4;6", extend("x-aliases" = ["id"]))]
    ids: Option<Ids>,
}

/// Tokens, without their secrets.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    api_tokens: Vec<ListedToken>,
}

impl Method for GetTokens {
    const NAME: &str = "users.authentication.GetTokens";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    type Answer = Tokens;

    async fn run(self, call: &Call) -> Result<Tokens, ApiError> {
        let tokens = match self.ids {
            Some(Ids::These(ids)) => call.keyrack.tokens.with_ids(&call.caller, &ids).await?,
            Some(Ids::All) | None => call.keyrack.tokens.list(&call.caller).await?.tokens,
        };
        Ok(Tokens { api_tokens: tokens.into_iter().map(ListedToken::from).collect() })
    }
}
