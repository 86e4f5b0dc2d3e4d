//! Removing a public SSH key.

use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Removes a public SSH key of the user.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteSshKey {
    /// The number of the key.
    #[schemars(example = 1)]
    id: i64,
}

impl Method for DeleteSshKey {
    const NAME: &str = "users.account.DeleteSSHKey";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        call.keyrack.accounts.delete_ssh_key(&call.caller, &call.client, self.id).await?;
        Ok(Done {})
    }
}
