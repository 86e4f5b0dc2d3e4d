//! Public SSH keys as JSON.

use keyrack_domain::accounts::SshKey;
use keyrack_domain::types::dates::wire_moment;
use serde_json::{Value, json};

use crate::api::registry::{Kind, Param};

pub const PRIVATE: Param =
    Param::optional("isPrivate", Kind::YesNo, "Whether private keys are meant, of which none is kept here.", "false");

/// A key.
pub fn ssh_key(key: &SshKey) -> Value {
    json!({
        "id": key.id,
        "title": key.title,
        "sshKey": key.key,
        "fingerprint": key.fingerprint,
        "isPrivate": false,
        "createdOn": wire_moment(key.created),
    })
}
