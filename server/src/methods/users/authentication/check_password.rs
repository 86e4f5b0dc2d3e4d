//! Is this my password?

use keyrack_domain::types::accounts::Role;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::Password;

/// Tells whether this is the caller's password; wrong ones count as tries.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckPassword {
    password: Password,
}

impl Method for CheckPassword {
    const NAME: &str = "users.authentication.CheckPassword";
    const RIGHT: Right = Right::Session(Role::Viewer);
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::WrongPassword];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        call.keyrack.accounts.check_password(&call.caller, &call.client, &self.password).await?;
        Ok(Done {})
    }
}
