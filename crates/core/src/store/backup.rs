//! Copies of the SQLite database: made while it is being used, put back while it is not.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection};

use super::{Address, OpenError, Schema, Store, address};
use crate::audit::{self, Broken, Event};

/// What an SQLite file begins with (<https://www.sqlite.org/fileformat.html#magic_header_string>).
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Why no copy was made or put back; one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{} is there already: name a file that is not", .0.display())]
    Exists(PathBuf),
    #[error("{}: {cause}", path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error("{} is no backup of Keyrack: {why}", path.display())]
    NoBackup { path: PathBuf, why: String },
    #[error("the audit log in {} is broken: {broken}", path.display())]
    Audit { path: PathBuf, broken: Broken },
    #[error("{0}")]
    Open(#[from] OpenError),
    #[error("the database says: {0}")]
    Database(#[from] sqlx::Error),
}

/// What was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub users: i64,
    pub tokens: i64,
    /// Of the audit log, which is whole.
    pub entries: u64,
    /// Where the database that was there before is now.
    pub former: Option<PathBuf>,
}

/// Writes a copy of the database to a new file that only its owner may read. Whoever uses the database goes on; the copy
/// is what was committed at one moment.
///
/// # Errors
/// [`BackupError`]; then there is no file.
pub async fn backup(url: &str, file: &Path) -> Result<(), BackupError> {
    install_default_drivers();
    let mut database = AnyConnection::connect_with(&Address::parse(url)?.existing().options())
        .await
        .map_err(|error| OpenError::Unreachable(error.to_string()))?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(|cause| match cause.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(file.to_owned()),
        _ => at(file)(cause),
    })?;
    let copied = copy_into(&mut database, file).await;
    if copied.is_err() {
        let _ = fs::remove_file(file);
    }
    copied
}

async fn copy_into(database: &mut AnyConnection, file: &Path) -> Result<(), BackupError> {
    // An absolute path: SQLite reads what begins with “file:” as a URL.
    let path = std::path::absolute(file).map_err(at(file))?;
    let path = path.to_str().ok_or_else(|| at(file)(io::Error::other("SQLite takes only paths that are UTF-8")))?;
    sqlx::query("VACUUM INTO $1").bind(path.to_owned()).execute(database).await?;
    sync(file)
}

/// Puts a copy back in the place of the database `place`; nobody may be using it. Everybody has to sign in again, for a
/// session that was ended since the copy was made must not live on. The database that was there stays beside it.
///
/// # Errors
/// [`BackupError`]; then the database is what it was.
pub async fn restore(file: &Path, place: &Path, schema: Schema, now: DateTime<Utc>) -> Result<Restored, BackupError> {
    install_default_drivers();
    let coming = beside(place, "restoring");
    let outcome = async {
        copy(file, &coming)?;
        let restored = make_ready(file, &coming, schema, now).await?;
        sync(&coming)?;
        let former = set_aside(place).await?;
        fs::rename(&coming, place).map_err(at(place))?;
        if let Some(folder) = place.parent() {
            sync(folder)?;
        }
        Ok(Restored { former, ..restored })
    }
    .await;
    for name in ["restoring", "restoring-wal", "restoring-shm"] {
        let _ = fs::remove_file(beside(place, name));
    }
    outcome
}

/// Looks whether the copy is whole, brings it up to date, and ends its sessions.
async fn make_ready(file: &Path, coming: &Path, schema: Schema, now: DateTime<Utc>) -> Result<Restored, BackupError> {
    let no_backup = |why: String| BackupError::NoBackup { path: file.to_owned(), why };
    let address = address::file(coming, vec![("mode".into(), "rw".into())])?;
    let mut looking =
        AnyConnection::connect_with(&address.options()).await.map_err(|error| no_backup(error.to_string()))?;
    let verdict: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(&mut looking)
        .await
        .map_err(|error| no_backup(error.to_string()))?;
    looking.close().await?;
    if verdict != "ok" {
        return Err(no_backup(format!("it is damaged ({verdict})")));
    }
    let store = match Store::open_at(address.clone(), Schema::Keep).await {
        Err(OpenError::Older { found: 0, .. }) => return Err(no_backup("it is a database of another program".into())),
        Err(OpenError::Older { .. }) if schema == Schema::BringUp => Store::open_at(address, Schema::BringUp).await?,
        other => other?,
    };
    let ready = finish(&store, file, now).await;
    store.close().await;
    ready
}

async fn finish(store: &Store, file: &Path, now: DateTime<Utc>) -> Result<Restored, BackupError> {
    let whole = audit::verify(store)
        .await
        .map_err(|error| OpenError::Unreachable(error.to_string()))?
        .map_err(|broken| BackupError::Audit { path: file.to_owned(), broken })?;
    let count = async |sql: &'static str| sqlx::query_scalar(sql).fetch_one(store.read()).await;
    let users = count("SELECT count(*) FROM users").await?;
    let tokens = count("SELECT count(*) FROM tokens").await?;
    let mut tx = store.begin().await.map_err(|error| OpenError::Unreachable(error.to_string()))?;
    for table in ["DELETE FROM sessions", "DELETE FROM sign_in_challenges", "DELETE FROM passkey_ceremonies"] {
        sqlx::query(table).execute(&mut *tx).await?;
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    audit::append(&mut tx, now, Event::by_operator(None, "database.restore", format!("backup:{name}")))
        .await
        .map_err(|error| OpenError::Unreachable(error.to_string()))?;
    tx.commit(&[]).await.map_err(|error| OpenError::Unreachable(error.to_string()))?;
    // What is in the log beside the file has to be in the file, which alone is renamed.
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(store.read()).await?;
    Ok(Restored { users, tokens, entries: whole.entries + 1, former: None })
}

/// Keeps the database that is there under another name; the one under its own name is whole until it is replaced.
async fn set_aside(place: &Path) -> Result<Option<PathBuf>, BackupError> {
    if !place.is_file() {
        return Ok(None);
    }
    // Its log would be taken for the new one's. A database that cannot even be opened keeps its log aside, too.
    let address = address::file(place, vec![("mode".into(), "rw".into())])?;
    if let Ok(mut old) = AnyConnection::connect_with(&address.options()).await {
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut old).await;
        let _ = old.close().await;
    }
    let former = beside(place, "before-restore");
    for (tail, kept) in [("-wal", "before-restore-wal"), ("-shm", "before-restore-shm")] {
        let mut log = place.as_os_str().to_owned();
        log.push(tail);
        let kept = beside(place, kept);
        let _ = fs::remove_file(&kept);
        match fs::rename(&log, &kept) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(at(Path::new(&log))(cause)),
            _ => {}
        }
    }
    let _ = fs::remove_file(&former);
    fs::hard_link(place, &former).map_err(at(&former))?;
    Ok(Some(former))
}

fn copy(file: &Path, to: &Path) -> Result<(), BackupError> {
    let mut from = File::open(file).map_err(at(file))?;
    let mut into = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to).map_err(at(to))?;
    io::copy(&mut from, &mut into).map_err(at(to))?;
    let mut head = [0; MAGIC.len()];
    let read = io::Read::read(&mut File::open(to).map_err(at(to))?, &mut head).map_err(at(to))?;
    if head[..read] != *MAGIC {
        return Err(BackupError::NoBackup { path: file.to_owned(), why: "it is no SQLite file".into() });
    }
    Ok(())
}

/// `keyrack.db` → `keyrack.db.NAME`, which lies in the same folder and so can be renamed to it.
fn beside(place: &Path, name: &str) -> PathBuf {
    let mut path = place.as_os_str().to_owned();
    path.push(".");
    path.push(name);
    path.into()
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    |cause| BackupError::File { path, cause }
}
