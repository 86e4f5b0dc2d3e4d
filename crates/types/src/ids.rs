//! Numbers of stored things, each a type of its own so that they cannot be mixed up.

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
