//! What uploads work with.

use std::sync::{Arc, OnceLock};

use super::running::Running;
use super::shared::Copies;
use crate::cluster::Others;
use crate::core::{Core, on_core};

/// Files that clients send to the server.
#[derive(Clone)]
pub struct Uploads {
    core: Core,
    pub(super) receiving: Arc<Running>,
    /// Files of other servers' uploads, while they are worked with.
    pub(super) copies: Arc<Copies>,
    /// The way to the others, once the network has one.
    others: Arc<OnceLock<Arc<dyn Others>>>,
}

on_core!(Uploads);

impl Uploads {
    pub(crate) fn new(core: Core) -> Uploads {
        Uploads { core, receiving: Arc::default(), copies: Arc::default(), others: Arc::default() }
    }

    /// From now on other servers are reached this way. What was said first counts.
    pub fn reach_others(&self, way: Arc<dyn Others>) {
        let _ = self.others.set(way);
    }

    /// The way to the others, if there is one.
    pub(super) fn others(&self) -> Option<&Arc<dyn Others>> {
        self.others.get()
    }
}
