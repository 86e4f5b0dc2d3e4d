//! The marketplace: manifests that make environments and change them, what was installed from them, and the catalogue.
//!
//! A manifest is read whole and checked before anything is done; what is not in the subset that `docs/marketplace.md`
//! describes is refused, naming it. Its steps are operations of the domain, carried out with the role of who asked.

mod actions;
mod catalogue;
mod console;
mod document;
mod errors;
mod favorites;
mod form;
#[cfg(test)]
mod held;
mod install;
mod installations;
mod manifest;
mod new_environment;
mod outcome;
mod placeholders;
mod run;
mod scope;
mod steps;

pub use catalogue::{App, Category};
pub use console::ConsoleLine;
pub use install::InstallRequest;
pub use installations::Installation;
pub use manifest::{Manifest, ManifestType};
pub use outcome::Done;

/// The version of the platform whose manifests this follows.
pub const ENGINE_VERSION: &str = "8.0.2";

use keyrack_core::core::Core;
use keyrack_core::on_core;
use keyrack_environments::Environments;
use keyrack_identity::accounts::Accounts;

/// Manifests carried out, and the catalogue of them.
#[derive(Clone)]
pub struct Marketplace {
    core: Core,
    accounts: Accounts,
    environments: Environments,
}

on_core!(Marketplace);

impl Marketplace {
    /// The marketplace, with the services whose operations the steps of manifests are.
    pub fn new(core: Core, accounts: Accounts, environments: Environments) -> Marketplace {
        Marketplace { core, accounts, environments }
    }
}
