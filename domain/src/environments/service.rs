//! What environments work with.

use std::sync::{Arc, OnceLock};

use super::manager::Manager;
use crate::accounts::Accounts;
use crate::core::{Core, on_core};
use crate::error::{Error, Result};
use crate::uploads::Uploads;

/// Environments: groups of nodes that really run.
#[derive(Clone)]
pub struct Environments {
    core: Core,
    pub(crate) accounts: Accounts,
    pub(super) uploads: Uploads,
    /// What runs, once environments are started.
    pub(super) running: Arc<OnceLock<Arc<Manager>>>,
}

on_core!(Environments);

impl Environments {
    pub(crate) fn new(core: Core, accounts: Accounts, uploads: Uploads) -> Environments {
        Environments { core, accounts, uploads, running: Arc::default() }
    }

    pub(crate) fn manager(&self) -> Result<&Arc<Manager>> {
        self.running.get().ok_or(Error::Unavailable)
    }
}
