//! Keeping a public SSH key.

use keyrack_wire::Object;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ssh_keys::{KEY_EXAMPLE, SshKey};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Keeps a public SSH key of the user, validated. Nothing on this server opens with it: clients take it from here.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddSshKey {
    /// What the key is called; each of the user has another title.
    #[schemars(example = &"Laptop")]
    title: String,
    /// The public key as OpenSSH writes it: its type, the key in base64, and a comment.
    #[schemars(example = KEY_EXAMPLE)]
    ssh_key: String,
    #[serde(default)]
    _is_private: NotPrivate,
}

/// Whether private keys are meant, of which none is kept here.
///
/// Reading it is all that is done with it: it can only be false.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(try_from = "bool")]
#[schemars(example = false)]
struct NotPrivate;

impl TryFrom<bool> for NotPrivate {
    type Error = &'static str;

    fn try_from(private: bool) -> Result<NotPrivate, &'static str> {
        if private { Err("private keys are not kept here: send the public one, with false") } else { Ok(NotPrivate) }
    }
}

impl Method for AddSshKey {
    const NAME: &str = "users.account.AddSSHKey";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::Limit, Code::SshKey, Code::SshKeyExists, Code::SshKeyTitle];
    type Answer = Object<SshKey>;

    async fn run(self, call: &Call) -> Result<Object<SshKey>, ApiError> {
        let accounts = &call.keyrack.accounts;
        let kept = accounts.add_ssh_key(&call.caller, &call.client, &self.title, &self.ssh_key).await?;
        Ok(Object { object: kept.into() })
    }
}
