//! The server's clock.

use keyrack_wire::{Moment, Object};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::PublicCall;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::PublicMethod;
use crate::dispatch::registry::Effect;

/// Tells the server's time, in UTC.
#[derive(Deserialize, JsonSchema)]
pub struct GetServerUtcTime;

impl PublicMethod for GetServerUtcTime {
    const NAME: &str = "environment.tracking.GetServerUTCTime";
    const EFFECT: Effect = Effect::Read;
    type Answer = Object<Moment>;

    async fn run(self, call: &PublicCall) -> Result<Object<Moment>, ApiError> {
        Ok(Object { object: Moment(call.keyrack.world().now()) })
    }
}
