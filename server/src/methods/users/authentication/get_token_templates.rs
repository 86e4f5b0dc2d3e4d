//! The prepared sets of methods.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bean::Template;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the prepared API sets and what they open on this server.
#[derive(Deserialize, JsonSchema)]
pub struct GetTokenTemplates;

/// The prepared API sets.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Templates {
    templates: Vec<Template>,
}

impl Method for GetTokenTemplates {
    const NAME: &str = "users.authentication.GetTokenTemplates";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    type Answer = Templates;

    async fn run(self, call: &Call) -> Result<Templates, ApiError> {
        let catalog = call.keyrack.catalog();
        Ok(Templates { templates: ApiSet::PREPARED.map(|set| Template::of(catalog, set)).into() })
    }
}
