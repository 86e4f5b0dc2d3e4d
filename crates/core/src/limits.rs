//! What a token is limited to besides its methods. Most tokens have none of it: a caller holds all of it behind one option.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::networks::Networks;
use crate::rate::Window;
use crate::usage::UsageSlot;
use keyrack_types::ids::EnvironmentId;

/// The limits of a token, with what has to be known of the secret that was presented.
#[derive(Clone, Debug)]
pub struct Limits {
    /// From where it is accepted; from everywhere where there is none.
    pub networks: Option<Networks>,
    /// How often it may call.
    pub rate: Option<Rate>,
    /// Whether its value may come in an address.
    pub allow_in_url: bool,
    /// The environments that it opens; all, also those to come, where there is none.
    pub reach: Option<Reach>,
    /// Of a token that had another secret before.
    pub secret: Option<PresentedSecret>,
}

/// How often a token may call, and how often it did.
#[derive(Clone, Debug)]
pub struct Rate {
    /// Calls within any minute.
    pub limit: u32,
    pub window: Arc<Window>,
}

/// The environments that a token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// In the order of their numbers; may be empty.
    pub environments: Vec<EnvironmentId>,
    /// Whether it may create environments, which join its reach.
    pub may_create: bool,
}

impl Reach {
    /// Whether it opens this environment.
    pub fn contains(&self, environment: EnvironmentId) -> bool {
        self.environments.binary_search(&environment).is_ok()
    }
}

/// The secret that a caller presented.
#[derive(Clone, Debug)]
pub struct PresentedSecret {
    /// When it was replaced, and until when it is accepted all the same; none for the current secret.
    pub overlap: Option<Overlap>,
    /// Where its use is recorded, apart from that of the token.
    pub usage: Arc<UsageSlot>,
}

/// The time in which a secret that was replaced is still accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    pub replaced: DateTime<Utc>,
    /// The first moment at which it is refused.
    pub retires: DateTime<Utc>,
}
