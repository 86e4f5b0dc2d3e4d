//! Numbers of stored things, each a type of its own so that they cannot be mixed up.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

id! {
    /// A person.
    UserId,
    /// An account: owns environments, tokens and audit entries.
    AccountId,
    /// A token, whatever its secret is now.
    TokenId,
    /// A signed-in browser or API caller.
    SessionId,
    /// An environment.
    EnvironmentId,
    /// A node of an environment.
    NodeId,
    /// Something that was asked for; a line of the tasks panel.
    ActionId,
}

/// A server's identity; it stays with the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServerId(Arc<str>);

impl ServerId {
    /// From the store or from another server.
    pub fn new(text: &str) -> ServerId {
        ServerId(text.into())
    }

    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ServerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
