//! The methods that a token can carry.

use keyrack_domain::types::methods::Search;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::policy::Permissions;

/// Lists the methods that a token can carry.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetTokenApiList {
    /// Only methods with each of these words in their name or summary, in any case.
    #[schemars(example = &"StopEnv")]
    search: Option<String>,
    /// Accepted for compatibility; there are no private methods here.
    #[schemars(example = false)]
    _show_private: Option<bool>,
}

impl Method for GetTokenApiList {
    const NAME: &str = "users.authentication.GetTokenApiList";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    type Answer = Permissions;

    async fn run(self, call: &Call) -> Result<Permissions, ApiError> {
        let search = Search::new(self.search.as_deref().unwrap_or_default());
        let methods = call.keyrack.catalog().token_methods();
        Ok(Permissions::of(methods.into_iter().filter(|info| search.finds(&info.search_text()))))
    }
}
