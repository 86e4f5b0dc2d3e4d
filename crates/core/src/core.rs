//! What every service stands on.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::audit::Event;
use crate::caller::{Caller, Client};
use crate::callers::Callers;
use crate::cluster::Cluster;
use crate::error::Result;
use crate::gathered::Gather;
use crate::log_lines::LogLines;
use crate::methods::Catalog;
use crate::passwords::Passwords;
use crate::rate::Rates;
use crate::reuses::Reuses;
use crate::settings::Settings;
use crate::store::{Dialect, OpenError, Store};
use crate::throttle::Throttle;
use crate::usage::Usage;
use crate::world::World;
use keyrack_types::bounds::records::READS_TOGETHER;

/// The store, the clock and what is remembered between calls. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Core(Arc<Parts>);

/// What services work with.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Time and randomness.
    pub world: World,
    /// What the operator set.
    pub settings: Settings,
    /// The methods that this server answers.
    pub catalog: Catalog,
    /// The cache of who is behind a credential.
    pub callers: Callers,
    /// Hashes and checks passwords, some at a time.
    pub passwords: Passwords,
    /// What callers were refused.
    pub refusals: Gather,
    /// What callers read that may hold secrets.
    pub reads: Gather,
    /// How many log lines each caller may cause.
    pub log_lines: LogLines,
    /// Counts guesses at secrets, and holds them back.
    pub throttle: Throttle,
    /// Last uses and counts of calls, gathered until they are flushed.
    pub usage: Usage,
    /// Uses of secrets that open nothing any more.
    pub reuses: Reuses,
    /// How often tokens with a limit called lately.
    pub rates: Rates,
    /// This server among others, once it has joined them.
    pub cluster: Cluster,
}

/// A service stands on the core: what it takes from there reads as its own.
#[macro_export]
macro_rules! on_core {
    ($service:ident) => {
        impl std::ops::Deref for $service {
            type Target = $crate::core::Core;

            fn deref(&self) -> &$crate::core::Core {
                &self.core
            }
        }
    };
}

impl Core {
    /// Opens the store.
    ///
    /// # Errors
    /// [`OpenError`] for the operator, with nothing changed.
    pub async fn open(settings: Settings, world: World, catalog: Catalog) -> Result<Core, OpenError> {
        let store = Store::open_with(&settings.database, settings.schema).await?;
        // Where there can be other servers, nothing is remembered before their changes can be heard.
        let callers = Callers::new(store.dialect() == Dialect::Sqlite);
        let core = Core(Arc::new(Parts {
            store,
            world,
            settings,
            catalog,
            callers,
            passwords: Passwords::default(),
            refusals: Gather::each_flush(),
            reads: Gather::with_pause(READS_TOGETHER),
            log_lines: LogLines::default(),
            throttle: Throttle::default(),
            usage: Usage::default(),
            reuses: Reuses::default(),
            rates: Rates::default(),
            cluster: Cluster::default(),
        }));
        let parts = Arc::downgrade(&core.0);
        core.store.on_commit(move |invalidation| {
            if let Some(parts) = parts.upgrade() {
                Core(parts).forget(invalidation);
            }
        });
        Ok(core)
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

    /// Notes that a known caller was refused a method; written to the audit log with the next batch. The reason must not repeat
    /// what the caller sent.
    pub fn refused(&self, caller: &Caller, client: &Client, method: &str, code: i64, reason: &str) {
        let event =
            Event::by(caller, client, "api.call", format!("method:{method}")).refused(format!("{code} {reason}"));
        self.refusals.note(event);
    }

    /// Notes that a caller reads or writes what may hold secrets without changing anything else; written to the audit log with
    /// one of the next batches.
    pub fn note_read(&self, event: Event) {
        self.reads.note(event);
    }

    /// Where to ask whether one more log line may be written about what a caller does.
    pub fn log_lines(&self) -> &LogLines {
        &self.log_lines
    }

    /// Empties the cache of callers: what was changed in the database by other means decides the next call.
    pub fn forget_callers(&self) {
        self.callers.forget_all();
    }

    /// Whether callers are remembered from one call to the next. Where there can be other servers, that is so while their
    /// changes can be heard.
    pub fn remembers_callers(&self) -> bool {
        self.callers.enabled()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<()> {
        self.store.ping().await
    }
}

/// A clock for work in the background; after a long piece of it the next tick is a whole period away.
pub fn ticks(period: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks
}

impl Deref for Core {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
