//! What uploads work with.

use std::sync::{Arc, OnceLock};

use super::running::Running;
use super::shared::Copies;
use keyrack_core::cluster::PeerFiles;
use keyrack_core::core::Core;
use keyrack_core::on_core;

/// Files that clients send to the server.
#[derive(Clone)]
pub struct Uploads {
    core: Core,
    pub(super) receiving: Arc<Running>,
    /// Files of other servers' uploads, while they are worked with.
    pub(super) copies: Arc<Copies>,
    /// How files of other servers are fetched, once the HTTP layer has set it.
    peers: Arc<OnceLock<Arc<dyn PeerFiles>>>,
}

on_core!(Uploads);

impl Uploads {
    /// Uploads in the data folder of this core.
    pub fn new(core: Core) -> Uploads {
        Uploads { core, receiving: Arc::default(), copies: Arc::default(), peers: Arc::default() }
    }

    /// Sets how files of other servers are fetched; only the first call counts.
    pub fn set_peers(&self, way: Arc<dyn PeerFiles>) {
        let _ = self.peers.set(way);
    }

    /// How files of other servers are fetched, if that was set.
    pub(super) fn peers(&self) -> Option<&Arc<dyn PeerFiles>> {
        self.peers.get()
    }
}
