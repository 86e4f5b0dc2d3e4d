//! The domain as one value that the doors hold.

use std::ops::Deref;
use std::sync::Arc;

use crate::methods::Catalog;
use crate::settings::Settings;
use crate::store::{OpenError, Store};
use crate::usage::Usage;
use crate::world::World;

/// Everything Keyrack can do. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Keyrack(Arc<Parts>);

/// What the operations work with. Each operation lives with its subject (`accounts`, `tokens`, `environments`, …) as a
/// method of [`Keyrack`].
pub struct Parts {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) settings: Settings,
    pub(crate) catalog: Catalog,
    pub(crate) usage: Usage,
}

impl Keyrack {
    /// Opens the store and gets ready to work; nothing runs in the background yet.
    ///
    /// # Errors
    /// [`OpenError`] for the operator, with nothing changed.
    pub async fn open(settings: Settings, world: World, catalog: Catalog) -> Result<Keyrack, OpenError> {
        let store = Store::open(&settings.database).await?;
        Ok(Keyrack(Arc::new(Parts { store, world, settings, catalog, usage: Usage::default() })))
    }

    /// The methods that this server answers.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What the operator set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Time and randomness.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> crate::Result<()> {
        self.store.ping().await
    }
}

impl Deref for Keyrack {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
