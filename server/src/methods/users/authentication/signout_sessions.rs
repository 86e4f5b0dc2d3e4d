//! Ending sessions from elsewhere.

use keyrack_wire::{Done, Ids};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Ends sessions of the user.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignoutSessions {
    /// Numbers of the sessions, `*` for all, the calling one included.
    #[schemars(example = &"5;6", extend("x-aliases" = ["id"]))]
    ids: Ids,
}

impl Method for SignoutSessions {
    const NAME: &str = "users.authentication.SignoutSessions";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let ids = match self.ids {
            Ids::These(ids) => ids,
            Ids::All => call.keyrack.accounts.sessions(&call.caller).await?.iter().map(|session| session.id).collect(),
        };
        call.keyrack.accounts.end_sessions(&call.caller, &call.client, &ids).await?;
        Ok(Done {})
    }
}
