//! The one seam to the database: embedded SQLite or PostgreSQL.
//!
//! Queries are written once, with `$1` placeholders, and run on both through sqlx's `Any` driver; times are milliseconds,
//! flags 0 or 1, so that both speak the same types. SQLite has one writer: writes go through a pool of one connection
//! and begin with `BEGIN IMMEDIATE`, so that a transaction never reads first and then finds that it may not write.

mod address;
mod backup;
mod dialect;
mod gate;
mod invalidation;
mod locks;
mod migrations;
mod open_error;
mod rows;
mod transfer;
mod tx;

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, AnyPool, Connection, Executor};

use crate::error::Result;

pub use dialect::Dialect;
pub use gate::Reads;
pub use open_error::OpenError;

use gate::Gate;
use tx::OnCommit;

pub use crate::row;
pub use address::Address;
pub use invalidation::Invalidation;
pub use invalidation::{CHANNEL, notify};
pub(crate) use locks::AuditHead;
pub use rows::Column;
pub use tx::Tx;

pub use backup::{BackupError, Restored, backup, restore};
pub use transfer::{TransferError, Transferred, transfer};

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    read: Reads,
    write: AnyPool,
    gate: Arc<Gate>,
    address: Address,
    dialect: Dialect,
    on_commit: OnCommit,
}

/// What to do about a schema that is older than this program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schema {
    /// Bring it up to date; make it where there is none.
    #[default]
    BringUp,
    /// Touch nothing and refuse it.
    Keep,
}

impl Dialect {
    /// The dialect of the database behind a URL.
    ///
    /// # Errors
    /// [`OpenError::Scheme`] when it is none that Keyrack knows.
    pub fn of(url: &str) -> Result<Dialect, OpenError> {
        if url.starts_with("sqlite:") {
            Ok(Dialect::Sqlite)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Dialect::Postgres)
        } else {
            Err(OpenError::Scheme(url.split(':').next().unwrap_or_default().to_owned()))
        }
    }
}

impl Store {
    /// Opens the database behind the URL and brings its schema up to date.
    ///
    /// # Errors
    /// [`OpenError`], with nothing changed in the database.
    pub async fn open(url: &str) -> Result<Store, OpenError> {
        Store::open_with(url, Schema::BringUp).await
    }

    /// As [`Store::open`], with a word on what to do about an older schema.
    ///
    /// # Errors
    /// [`OpenError`], with nothing changed in the database.
    pub async fn open_with(url: &str, schema: Schema) -> Result<Store, OpenError> {
        let address = Address::parse(url)?;
        Store::open_at(if schema == Schema::Keep { address.existing() } else { address }, schema).await
    }

    /// As [`Store::open_with`].
    pub(super) async fn open_at(address: Address, schema: Schema) -> Result<Store, OpenError> {
        install_default_drivers();
        let dialect = address.dialect();
        let (readers, writers) = match dialect {
            Dialect::Sqlite => (4, 1),
            Dialect::Postgres => (8, 8),
        };
        make_file(&address);
        let address = reach(address).await?;
        let write = connect(&address, writers).await?;
        match schema {
            Schema::BringUp => migrations::bring_up(&write, dialect).await?,
            Schema::Keep => migrations::check(&write).await?,
        }
        let gate = Gate::new(&address);
        let read = Reads { pool: connect(&address, readers).await?, gate: gate.clone() };
        Ok(Store { read, write, gate, address, dialect, on_commit: OnCommit::default() })
    }

    /// The URL of the SQLite database in a data folder.
    pub fn sqlite_url(folder: &Path) -> String {
        address::url_of_file(&folder.join("keyrack.db"), &[("mode".into(), "rwc".into())]).into()
    }

    /// Where the database is, for a connection of one's own.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// For queries that only read.
    pub fn read(&self) -> &Reads {
        &self.read
    }

    /// Has it tried whether the database can be reached; without an answer, everybody is refused at once until it can.
    pub(crate) fn suspect(&self) {
        self.gate.suspect();
    }

    /// Has this called with each invalidation of every commit, once it is made.
    pub(crate) fn on_commit(&self, apply: impl Fn(Invalidation) + Send + Sync + 'static) {
        self.on_commit.set(apply);
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        let transaction = match self.dialect {
            Dialect::Sqlite => match self.write.begin_with("BEGIN IMMEDIATE").await {
                // SQLite ends a transaction by itself when the disk is full, and sqlx then counts one that is none.
                Err(sqlx::Error::InvalidSavePointStatement) => {
                    self.write.acquire().await?.close().await?;
                    self.write.begin_with("BEGIN IMMEDIATE").await?
                }
                begun => begun?,
            },
            Dialect::Postgres => self.gate.guard(self.write.begin()).await?,
        };
        Ok(Tx::new(transaction, self.dialect, self.on_commit.clone()))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.read).await?;
        Ok(())
    }

    /// Finishes what runs and closes the connections.
    pub async fn close(&self) {
        self.read.pool.close().await;
        self.write.close().await;
    }
}

/// Makes the file of a new SQLite database, for its owner's eyes only: SQLite itself would let everybody read it. Its logs get
/// the same rights. What cannot be made cannot be opened either, which says why.
fn make_file(address: &Address) {
    if let Some(path) = address.file_to_make() {
        let _ = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    }
}

/// The address under which the database answers. A pool tries again and again until its patience ends, and then says only that;
/// one connection says why.
async fn reach(address: Address) -> Result<Address, OpenError> {
    let Err(error) = probe(&address).await else { return Ok(address) };
    if let Some(second) = address.second_try(&error)
        && probe(&second).await.is_ok()
    {
        return Ok(second);
    }
    Err(cannot_open(error))
}

async fn probe(address: &Address) -> sqlx::Result<()> {
    let mut probe = AnyConnection::connect_with(&address.options()).await?;
    prepare(&mut probe, address.dialect()).await?;
    probe.close().await
}

async fn connect(address: &Address, connections: u32) -> Result<AnyPool, OpenError> {
    let dialect = address.dialect();
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(move |connection, _| Box::pin(prepare(connection, dialect)))
        .connect_with(address.options())
        .await
        .map_err(cannot_open)
}

/// Sets a new connection up.
async fn prepare(connection: &mut AnyConnection, dialect: Dialect) -> sqlx::Result<()> {
    if dialect == Dialect::Sqlite {
        // Another program's lock on the file is waited for, in milliseconds. WAL lets readers go on while one writes; FULL keeps
        // acknowledged writes through a power cut.
        let settings = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                        PRAGMA foreign_keys = ON;";
        connection.execute(settings).await?;
    }
    Ok(())
}

fn cannot_open(error: sqlx::Error) -> OpenError {
    let mut text = error.to_string();
    if text.contains("database is locked") {
        return OpenError::Locked;
    }
    if text.contains("invalid peer certificate") {
        text.push_str(
            " (trusted are the roots of the system, SSL_CERT_FILE or SSL_CERT_DIR in their place, and sslrootcert=FILE of the URL)",
        );
    }
    OpenError::Unreachable(text)
}
