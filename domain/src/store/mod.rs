//! The one seam to the database: embedded SQLite or PostgreSQL.
//!
//! Queries are written once, with `$1` placeholders, and run on both through sqlx's `Any` driver; times are milliseconds,
//! flags 0 or 1, so that both speak the same types. SQLite has one writer: writes go through a pool of one connection
//! and begin with `BEGIN IMMEDIATE`, so that a transaction never reads first and then finds that it may not write.

mod backup;
mod dialect;
mod gate;
mod locks;
mod migrations;
mod transfer;

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Transaction};

use crate::error::Result;

pub use dialect::Dialect;
pub use gate::Reads;

use gate::Gate;

pub(crate) use locks::lock_account;

pub use backup::{BackupError, Restored, backup, restore};
pub use transfer::{TransferError, Transferred, transfer};

/// How long a connection waits for another program's lock on the SQLite file.
const BUSY_MILLIS: u32 = 5_000;

/// A transaction that may write. Dropped without [`commit`](Transaction::commit), it leaves nothing behind.
pub type Tx = Transaction<'static, Any>;

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    read: Reads,
    write: AnyPool,
    gate: Arc<Gate>,
    dialect: Dialect,
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

/// Why a database could not be opened; one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database URL must begin with sqlite:// or postgres:// (it begins with “{0}”)")]
    Scheme(String),
    #[error(
        "the database was written by a newer Keyrack (schema {found}; this one knows up to {known}): install that version or a later one"
    )]
    Newer { found: i64, known: i64 },
    #[error(
        "the database has an older schema ({found}; this version needs {known}): let this version bring it up, by starting it without --no-migrate, or use the version that wrote it"
    )]
    Older { found: i64, known: i64 },
    #[error("the database is locked by another program")]
    Locked,
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    #[error("{0}")]
    Setting(String),
    #[error("the database's schema could not be brought up to date: {0}")]
    Migration(String),
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
        install_default_drivers();
        let dialect = Dialect::of(url)?;
        let existing = url.replace("mode=rwc", "mode=rw");
        let url = if schema == Schema::Keep { &existing } else { url };
        let (readers, writers) = match dialect {
            Dialect::Sqlite => (4, 1),
            Dialect::Postgres => (8, 8),
        };
        if dialect == Dialect::Sqlite {
            make_file(url);
        }
        let write = connect(url, dialect, writers).await?;
        match schema {
            Schema::BringUp => migrations::bring_up(&write, dialect).await?,
            Schema::Keep => migrations::check(&write).await?,
        }
        let gate = Gate::new(url, dialect);
        let read = Reads { pool: connect(url, dialect, readers).await?, gate: gate.clone() };
        Ok(Store { read, write, gate, dialect })
    }

    /// The URL of the SQLite database in a data folder.
    pub fn sqlite_url(folder: &Path) -> String {
        format!("sqlite://{}?mode=rwc", folder.join("keyrack.db").display())
    }

    /// For queries that only read.
    pub fn read(&self) -> &Reads {
        &self.read
    }

    /// Has it tried whether the database can be reached; without an answer, everybody is refused at once until it can.
    pub(crate) fn suspect(&self) {
        self.gate.suspect();
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self.dialect {
            Dialect::Sqlite => match self.write.begin_with("BEGIN IMMEDIATE").await {
                // SQLite ends a transaction by itself when the disk is full, and sqlx then counts one that is none.
                Err(sqlx::Error::InvalidSavePointStatement) => {
                    self.write.acquire().await?.close().await?;
                    self.write.begin_with("BEGIN IMMEDIATE").await?
                }
                begun => begun?,
            },
            Dialect::Postgres => self.gate.guard(self.write.begin()).await?,
        })
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
fn make_file(url: &str) {
    let Some((path, options)) = url.trim_start_matches("sqlite:").trim_start_matches("//").split_once('?') else {
        return;
    };
    // An encoded path is left to who decodes it.
    if options.split('&').any(|option| option == "mode=rwc") && !path.contains('%') {
        let _ = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    }
}

async fn connect(url: &str, dialect: Dialect, connections: u32) -> Result<AnyPool, OpenError> {
    // A pool tries again and again until its patience ends, and then says only that; one connection says why.
    let mut probe = AnyConnection::connect(url).await.map_err(cannot_open)?;
    prepare(&mut probe, dialect).await.map_err(cannot_open)?;
    probe.close().await.map_err(cannot_open)?;
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(move |connection, _| Box::pin(prepare(connection, dialect)))
        .connect(url)
        .await
        .map_err(cannot_open)
}

/// Sets a new connection up.
async fn prepare(connection: &mut AnyConnection, dialect: Dialect) -> sqlx::Result<()> {
    if dialect == Dialect::Sqlite {
        // WAL lets readers go on while one writes; FULL keeps acknowledged writes through a power cut.
        let settings = format!(
            "PRAGMA busy_timeout = {BUSY_MILLIS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON;"
        );
        connection.execute(sqlx::AssertSqlSafe(settings)).await?;
    }
    Ok(())
}

fn cannot_open(error: sqlx::Error) -> OpenError {
    let text = error.to_string();
    if text.contains("database is locked") { OpenError::Locked } else { OpenError::Unreachable(text) }
}
