//! Closing the caller's session.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::method::{Method, Right};
use crate::api::registry::Effect;

/// Closes the session that calls; a token stays alive.
#[derive(Deserialize, JsonSchema)]
pub struct Signout;

impl Method for Signout {
    const NAME: &str = "users.authentication.Signout";
    const RIGHT: Right = Right::Credential;
    const EFFECT: Effect = Effect::Change;
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        call.keyrack.accounts.sign_out(&call.caller, &call.client).await?;
        Ok(Done {})
    }
}
