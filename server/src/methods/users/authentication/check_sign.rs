//! Does this credential still hold?

use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::person::Person;

/// Tells whether the session or token is valid, and whose it is.
#[derive(Deserialize, JsonSchema)]
pub struct CheckSign;

impl Method for CheckSign {
    const NAME: &str = "users.authentication.CheckSign";
    const RIGHT: Right = Right::Credential;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    type Answer = Person;

    async fn run(self, call: &Call) -> Result<Person, ApiError> {
        Ok(Person::from(call.caller.clone()))
    }
}
