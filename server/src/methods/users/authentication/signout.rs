//! Closing the caller's session.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Closes the session that calls; a token stays alive.
#[derive(Deserialize, JsonSchema)]
pub struct Signout;

impl Method for Signout {
    const NAME: &str = "users.authentication.Signout";
    const RIGHT: Right = Right::Credential;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        call.keyrack.accounts.sign_out(&call.caller, &call.client).await?;
        Ok(Done {})
    }
}
