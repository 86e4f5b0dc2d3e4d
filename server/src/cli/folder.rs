//! The data folder, the database, and the locks that keep them to one server.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use keyrack_domain::store::Address;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::Failure;

/// A data folder that this process may use. Until it is [kept](Folder::keep), dropping it removes what it made.
pub struct Folder {
    path: PathBuf,
    made: bool,
    lock: Option<File>,
    database_lock: Option<DatabaseLock>,
}

/// An SQLite database that this process has for itself, wherever it is. The lock goes with the process.
pub struct DatabaseLock {
    beside: PathBuf,
    _file: File,
}

impl Folder {
    /// Makes the folder where there is none, for its owner's eyes only.
    ///
    /// # Errors
    /// When it cannot be made or is none.
    pub fn open(path: &Path) -> Result<Folder, Failure> {
        let made = match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => true,
            Err(_) if path.is_dir() => false,
            Err(error) => {
                return Err(Failure::start(format_args!("the data folder {} cannot be made: {error}", path.display())));
            }
        };
        Ok(Folder { path: path.to_owned(), made, lock: None, database_lock: None })
    }

    /// Takes the folder for one server. The lock goes with the process, however it ends.
    ///
    /// # Errors
    /// When another server has it, or it cannot be written to.
    pub fn lock(&mut self) -> Result<(), Failure> {
        let path = self.lock_path();
        let file =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map_err(|error| {
                Failure::start(format_args!("the data folder {} cannot be written to: {error}", self.path.display()))
            })?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|error| match error {
            Errno::WOULDBLOCK => {
                Failure::start(format_args!("the data folder {} is used by another server", self.path.display()))
            }
            error => Failure::start(format_args!("the data folder {} cannot be locked: {error}", self.path.display())),
        })?;
        self.lock = Some(file);
        Ok(())
    }

    /// Takes the database for one server; see [`DatabaseLock::take`].
    ///
    /// # Errors
    /// As that.
    pub fn lock_database(&mut self, url: &str) -> Result<(), Failure> {
        self.database_lock = DatabaseLock::take(url)?;
        Ok(())
    }

    /// The start went well: what was made stays.
    pub fn keep(&mut self) {
        self.made = false;
    }

    fn lock_path(&self) -> PathBuf {
        self.path.join("keyrack.lock")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.made {
            let _ = fs::remove_file(self.lock_path());
            if let Some(lock) = &self.database_lock {
                let _ = fs::remove_file(&lock.beside);
            }
            // Fails when something was put into it meanwhile, and then it should stay.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

impl DatabaseLock {
    /// Takes the SQLite database for one process. PostgreSQL serves several servers; for it there is no lock.
    ///
    /// # Errors
    /// When a server has it, or nothing can be written beside it.
    pub fn take(url: &str) -> Result<Option<DatabaseLock>, Failure> {
        let address = Address::parse(url).map_err(Failure::start)?;
        let Some(path) = address.file() else { return Ok(None) };
        // Two ways to write one path are one database.
        let file = path.display();
        let path = path.canonicalize().unwrap_or_else(|_| match path.parent().map(Path::canonicalize) {
            Some(Ok(parent)) => parent.join(path.file_name().unwrap_or_default()),
            _ => path.to_owned(),
        });
        let mut name = path.into_os_string();
        name.push(".lock");
        let beside = PathBuf::from(name);
        let lock = match OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&beside) {
            Ok(lock) => lock,
            // Without its folder there is no database to be locked; opening it says so.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let beside = beside.display();
                return Err(Failure::start(format_args!("{beside} cannot be written beside the database: {error}")));
            }
        };
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|error| match error {
            Errno::WOULDBLOCK => Failure::start(format_args!(
                "the database {file} is used by another server: SQLite serves one; several need PostgreSQL"
            )),
            error => Failure::start(format_args!("{} cannot be locked: {error}", beside.display())),
        })?;
        Ok(Some(DatabaseLock { beside, _file: lock }))
    }
}
