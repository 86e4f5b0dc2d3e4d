//! Public SSH keys as clients read them.

use keyrack_domain::accounts;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;

/// A key, as OpenSSH writes it.
pub const KEY_EXAMPLE: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtdmoZLXmXVmVKPHqzvEaDX6qNEQVVKbIiJUuzGtQXL ada@laptop";

/// A public SSH key.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SshKey {
    created_on: Moment,
    #[schemars(example = &"SHA256:…")]
    fingerprint: String,
    id: i64,
    /// Always false: private keys are not kept here.
    is_private: bool,
    #[schemars(example = KEY_EXAMPLE)]
    ssh_key: String,
    #[schemars(example = &"Laptop")]
    title: String,
}

impl From<accounts::SshKey> for SshKey {
    fn from(key: accounts::SshKey) -> SshKey {
        SshKey {
            created_on: Moment(key.created),
            fingerprint: key.fingerprint,
            id: key.id,
            is_private: false,
            ssh_key: key.key,
            title: key.title,
        }
    }
}
