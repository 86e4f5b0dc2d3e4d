//! Reading nodes' logs.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use chrono::{DateTime, Utc};

use super::folders::{LOG, OLD_LOG};
use crate::{EngineError, LogFile, LogPart};

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
    fn only_the_two_logs_can_be_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), LOG, None, 10).unwrap().size, 0);
        for path in ["../run/1.lock", "/etc/passwd", "output.log.2", OLD_LOG, ""] {
            assert_eq!(read(folder.path(), path, None, 10), Err(EngineError::NoLog(path.into())));
        }
    }
}
