//! The server's clock.

use keyrack_wire::{Moment, Object};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::call::PublicCall;
use crate::api::error::ApiError;
use crate::api::method::PublicMethod;
use crate::api::registry::Effect;

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
