//! Does this credential still hold?

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::method::{Method, Right};
use crate::api::methods::users::person::Person;
use crate::api::registry::Effect;

/// Tells whether the session or token is valid, and whose it is.
#[derive(Deserialize, JsonSchema)]
pub struct CheckSign;

impl Method for CheckSign {
    const NAME: &str = "users.authentication.CheckSign";
    const RIGHT: Right = Right::Credential;
    const EFFECT: Effect = Effect::Read;
    type Answer = Person;

    async fn run(self, call: &Call) -> Result<Person, ApiError> {
        Ok(Person::from(call.caller.clone()))
    }
}
