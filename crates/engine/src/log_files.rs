//! Nodes' logs as files of the server: what a node writes, kept in two files of which the older one goes first.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::{EngineError, LogFile, LogPart};

/// The name of the current log; the one before it has `.1` behind.
pub const LOG: &str = crate::CURRENT_LOG;
pub const OLD_LOG: &str = "output.log.1";

/// Size in bytes at which a node's log is turned over.
pub const LOG_LIMIT: u64 = 1024 * 1024;

/// The most bytes that one reading gives.
pub const MOST: u64 = 1024 * 1024;

/// The logs in this folder, the current one first.
pub fn list(folder: &Path) -> Vec<LogFile> {
    [LOG, OLD_LOG]
        .into_iter()
        .filter_map(|name| {
            let facts = fs::metadata(folder.join(name)).ok()?;
            let modified = facts.modified().map(DateTime::<Utc>::from).unwrap_or_default();
            Some(LogFile { path: name.to_owned(), size: facts.len(), modified })
        })
        .collect()
}

/// A part of one log; a log that was not written to yet is empty.
///
/// # Errors
/// [`EngineError::NoLog`].
pub fn read(folder: &Path, path: &str, from: Option<u64>, count: u64) -> Result<LogPart, EngineError> {
    if path != LOG && path != OLD_LOG {
        return Err(EngineError::NoLog(path.to_owned()));
    }
    match File::open(folder.join(path)) {
        Ok(file) => Ok(part(file, from, count.min(MOST))?),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path == LOG => {
            Ok(LogPart { text: String::new(), from: 0, next: 0, size: 0 })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(EngineError::NoLog(path.to_owned())),
        Err(error) => Err(error.into()),
    }
}

/// Empties a log. Whoever has it open goes on at its beginning: the supervisor appends.
///
/// # Errors
/// [`EngineError::NoLog`].
pub fn clear(folder: &Path, path: &str) -> Result<(), EngineError> {
    match named(path).and_then(|name| File::options().write(true).truncate(true).open(folder.join(name)).ok()) {
        Some(_) => Ok(()),
        None => Err(EngineError::NoLog(path.to_owned())),
    }
}

/// Removes a log. The current one is emptied: it is open in the supervisor, which would go on writing to nowhere.
///
/// # Errors
/// [`EngineError::NoLog`].
pub fn remove(folder: &Path, path: &str) -> Result<(), EngineError> {
    if path == LOG {
        return clear(folder, path);
    }
    match named(path).map(|name| fs::remove_file(folder.join(name))) {
        Some(Ok(())) => Ok(()),
        _ => Err(EngineError::NoLog(path.to_owned())),
    }
}

fn named(path: &str) -> Option<&str> {
    [LOG, OLD_LOG].into_iter().find(|name| *name == path)
}

/// Appends to the current log of a folder, and turns it over when it is full.
pub struct LogWriter {
    folder: PathBuf,
    file: File,
    size: u64,
}

impl LogWriter {
    /// Goes on with the log in this folder, which is made.
    ///
    /// # Errors
    /// From the file system.
    pub fn open(folder: &Path) -> io::Result<LogWriter> {
        fs::create_dir_all(folder)?;
        let file = File::options().append(true).create(true).open(folder.join(LOG))?;
        let size = file.metadata()?.len();
        Ok(LogWriter { folder: folder.to_owned(), file, size })
    }

    /// The size of the current log in bytes, as far as this wrote it.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Writes all of it; answers whether the log was turned over.
    ///
    /// # Errors
    /// From the file system.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let mut turned = false;
        if self.size + bytes.len() as u64 > LOG_LIMIT {
            // It may have been emptied meanwhile.
            self.size = self.file.metadata()?.len();
            if self.size > 0 && self.size + bytes.len() as u64 > LOG_LIMIT {
                fs::rename(self.folder.join(LOG), self.folder.join(OLD_LOG))?;
                *self = LogWriter::open(&self.folder)?;
                turned = true;
            }
        }
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        Ok(turned)
    }
}

fn part(mut file: File, from: Option<u64>, count: u64) -> io::Result<LogPart> {
    let size = file.metadata()?.len();
    let from = from.unwrap_or_else(|| size.saturating_sub(count)).min(size);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    Ok(LogPart { text: String::from_utf8_lossy(&bytes).into_owned(), from, next: from + bytes.len() as u64, size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_in_parts_from_the_end_or_from_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(LOG), "0123456789").unwrap();
        let read = |from, count| read(folder.path(), LOG, from, count).unwrap();
        assert_eq!(read(None, 4), LogPart { text: "6789".into(), from: 6, next: 10, size: 10 });
        assert_eq!(read(Some(2), 3).text, "234");
        assert_eq!(read(Some(99), 3), LogPart { text: String::new(), from: 10, next: 10, size: 10 });
    }

    #[test]
    fn a_full_log_is_turned_over_and_an_emptied_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = LogWriter::open(folder.path()).unwrap();
        let block = vec![b'x'; LOG_LIMIT as usize / 2];
        log.write(&block).unwrap();
        log.write(&block).unwrap();
        clear(folder.path(), LOG).unwrap();
        log.write(b"after").unwrap();
        assert_eq!(list(folder.path()).len(), 1);
        log.write(&block).unwrap();
        log.write(&block).unwrap();
        let sizes: Vec<_> = list(folder.path()).iter().map(|log| log.size).collect();
        assert_eq!(sizes, [LOG_LIMIT / 2, LOG_LIMIT / 2 + 5]);
    }

    #[test]
    fn only_the_two_logs_can_be_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), LOG, None, 10).unwrap().size, 0);
        for path in ["../run/1.lock", "/etc/passwd", "output.log.2", OLD_LOG, ""] {
            assert_eq!(read(folder.path(), path, None, 10), Err(EngineError::NoLog(path.into())));
        }
    }
}
