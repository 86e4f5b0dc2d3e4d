//! What environments work with.

use std::sync::{Arc, OnceLock};

use super::manager::Manager;
use crate::uploads::Uploads;
use keyrack_core::core::Core;
use keyrack_core::error::{Error, Result};
use keyrack_core::on_core;
use keyrack_identity::accounts::Accounts;

/// Environments: groups of nodes that really run.
#[derive(Clone)]
pub struct Environments {
    core: Core,
    pub(crate) accounts: Accounts,
    pub(crate) uploads: Uploads,
    /// What runs, once environments are started.
    pub(crate) running: Arc<OnceLock<Arc<Manager>>>,
}

on_core!(Environments);

impl Environments {
    /// Environments, with the services that know who acts and which files were sent; nothing runs yet.
    pub fn new(core: Core, accounts: Accounts, uploads: Uploads) -> Environments {
        Environments { core, accounts, uploads, running: Arc::default() }
    }

    /// What runs the nodes of this server.
    ///
    /// # Errors
    /// [`Error::Unavailable`] until environments are started.
    pub fn manager(&self) -> Result<&Arc<Manager>> {
        self.running.get().ok_or(Error::Unavailable)
    }
}
