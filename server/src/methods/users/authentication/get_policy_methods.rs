//! What an API set opens.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::policy::{Permissions, PreparedSet};

/// Lists the methods of an API set on this server.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetPolicyMethods {
    /// Extended Access, IDE Plugins, Marketplace or Maven Plugin; without it every method that a token can carry.
    unique_name: Option<PreparedSet>,
}

impl Method for GetPolicyMethods {
    const NAME: &str = "users.authentication.GetPolicyMethods";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    type Answer = Permissions;

    async fn run(self, call: &Call) -> Result<Permissions, ApiError> {
        let catalog = call.keyrack.catalog();
        Ok(Permissions::of(match self.unique_name {
            None => catalog.token_methods(),
            Some(PreparedSet(set)) => {
                let bits = catalog.set_bits(set);
                catalog.entries().filter(|(id, _)| bits.contains(*id)).map(|(_, entry)| entry.info.clone()).collect()
            }
        }))
    }
}
