//! The public SSH keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ssh_keys::SshKey;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the public SSH keys of the user, the oldest first.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetSshKeys {
    /// Whether private keys are meant, of which none is kept here.
    #[serde(default)]
    #[schemars(example = false)]
    is_private: bool,
}

/// Public SSH keys.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SshKeys")]
pub struct Keys {
    /// The same as `objects`; some clients read this one.
    keys: Vec<SshKey>,
    objects: Vec<SshKey>,
}

impl Method for GetSshKeys {
    const NAME: &str = "users.account.GetSSHKeys";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    type Answer = Keys;

    async fn run(self, call: &Call) -> Result<Keys, ApiError> {
        let keys = match self.is_private {
            true => Vec::new(),
            false => call.keyrack.accounts.ssh_keys(&call.caller).await?,
        };
        let keys: Vec<_> = keys.into_iter().map(SshKey::from).collect();
        Ok(Keys { keys: keys.clone(), objects: keys })
    }
}
