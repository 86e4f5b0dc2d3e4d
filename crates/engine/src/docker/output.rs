//! What containers write, brought into the server's own log files: without gaps, and no line twice, however often the server or
//! the engine is started anew.
//!
//! Beside the log a mark says up to which moment it was read and how long the file was then. Who goes on after a crash cuts off
//! what was written since the mark, and reads it again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bollard::query_parameters::LogsOptions;
use chrono::DateTime;
use futures::StreamExt;
use keyrack_types::ids::NodeId;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::host::Host;
use crate::log_files::{LOG, LogWriter};

/// How often the mark is moved on.
const MARKED: Duration = Duration::from_secs(1);

/// The most lines that are written at once. Engines cut lines at 16 KiB, so a log is turned over in time.
const AT_ONCE: usize = 32;

/// How long it takes until an engine that ended the stream is asked for more.
const AGAIN: Duration = Duration::from_secs(1);

/// How far the log of a container was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    container: String,
    /// The moment of the last line, in nanoseconds since 1970, and how many lines of that moment were read.
    at: i64,
    lines: u64,
    /// The length of the log then, in bytes.
    size: u64,
}

/// Where a node's logs are.
pub fn folder(data: &Path, node: NodeId) -> PathBuf {
    data.join("logs").join(node.to_string())
}

/// Reads what a container writes until it has ended and all is read.
pub async fn follow(host: Arc<Host>, container: String, folder: PathBuf) {
    let mut reader = match LogReader::open(container, folder) {
        Ok(reader) => reader,
        Err(error) => return tracing::warn!(%error, "what a container writes cannot be kept"),
    };
    let mut follow = true;
    loop {
        let over = reader.read_once(&host, follow).await;
        reader.keep();
        match (over, follow) {
            (false, _) => tokio::time::sleep(AGAIN).await,
            // An engine may stop telling when the container ends, with something left to tell.
            (true, true) => follow = false,
            (true, false) => return,
        }
    }
}

struct LogReader {
    folder: PathBuf,
    log: LogWriter,
    mark: Mark,
}

impl LogReader {
    fn open(container: String, folder: PathBuf) -> io::Result<LogReader> {
        fs::create_dir_all(&folder)?;
        let kept = fs::read(mark_file(&folder)).ok().and_then(|bytes| serde_json::from_slice::<Mark>(&bytes).ok());
        let mark = match kept.filter(|mark| mark.container == container) {
            Some(mark) => {
                if let Ok(file) = File::options().write(true).open(folder.join(LOG))
                    && file.metadata()?.len() > mark.size
                {
                    file.set_len(mark.size)?;
                }
                mark
            }
            None => {
                let size = fs::metadata(folder.join(LOG)).map_or(0, |facts| facts.len());
                Mark { container, at: 0, lines: 0, size }
            }
        };
        let reader = LogReader { log: LogWriter::open(&folder)?, folder, mark };
        reader.keep();
        Ok(reader)
    }

    /// Reads on from where it is; whether the container has ended and nothing is left.
    async fn read_once(&mut self, host: &Host, follow: bool) -> bool {
        let Ok(at) = host.connection().await else { return false };
        let options = LogsOptions {
            follow,
            stdout: true,
            stderr: true,
            timestamps: true,
            since: i32::try_from(self.mark.at / 1_000_000_000).unwrap_or(0),
            tail: "all".to_owned(),
            ..LogsOptions::default()
        };
        let mut stream = at.docker.logs(&self.mark.container, Some(options)).ready_chunks(AT_ONCE);
        // Engines take whole seconds: what was read of this one comes again.
        let (marked, mut known) = (self.mark.at, self.mark.lines);
        let mut kept = Instant::now();
        let mut whole = true;
        let mut lines = Vec::new();
        while whole {
            let parts = match tokio::time::timeout(MARKED, stream.next()).await {
                Ok(Some(parts)) => parts,
                Ok(None) => break,
                Err(_) => {
                    self.keep();
                    kept = Instant::now();
                    continue;
                }
            };
            for part in parts {
                let part = match part {
                    Ok(part) => part,
                    Err(error) => {
                        tracing::debug!(%error, "the engine broke off the log");
                        whole = false;
                        break;
                    }
                };
                let Some((moment, line)) = split(part.as_ref()) else { continue };
                if moment < marked {
                    continue;
                }
                if moment == marked && known > 0 {
                    known -= 1;
                    continue;
                }
                lines.extend_from_slice(line);
                self.mark.lines = if moment == self.mark.at { self.mark.lines + 1 } else { 1 };
                self.mark.at = moment;
            }
            let turned = match self.log.write(&lines) {
                Ok(turned) => turned,
                Err(error) => {
                    tracing::warn!(%error, "what a container writes cannot be kept");
                    return false;
                }
            };
            lines.clear();
            self.mark.size = self.log.size();
            if turned || kept.elapsed() > MARKED {
                self.keep();
                kept = Instant::now();
            }
        }
        let running = match super::run::inspect(host, &at, &self.mark.container).await {
            Ok(Some(found)) => found.state.and_then(|state| state.running).unwrap_or(false),
            Ok(None) => false,
            Err(_) => true,
        };
        // A container that is gone has no more to say, however its log ended.
        !running && (whole || host.away().is_none())
    }

    fn keep(&self) {
        let file = mark_file(&self.folder);
        let new = file.with_extension("new");
        let kept = serde_json::to_vec(&self.mark)
            .map_err(io::Error::other)
            .and_then(|bytes| fs::write(&new, bytes))
            .and_then(|()| fs::rename(&new, &file));
        if let Err(error) = kept {
            tracing::warn!(%error, "it cannot be kept how far a log was read");
        }
    }
}

fn mark_file(folder: &Path) -> PathBuf {
    folder.join("mark.json")
}

/// The moment at which a line was written, in nanoseconds, and the line.
fn split(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let at = bytes.iter().position(|byte| *byte == b' ')?;
    let moment = DateTime::parse_from_rfc3339(std::str::from_utf8(&bytes[..at]).ok()?).ok()?;
    Some((moment.timestamp_nanos_opt()?, &bytes[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_moment_before_it() {
        let line = b"2027-01-02T03:04:05.678Z hello world\n";
        assert_eq!(split(line), Some((1_798_859_045_678_000_000, &b"hello world\n"[..])));
        assert_eq!(split(b"2027-01-02T04:04:05.678+01:00 \n"), Some((1_798_859_045_678_000_000, &b"\n"[..])));
        assert_eq!(split(b"nothing"), None);
    }

    #[test]
    fn what_was_written_after_the_mark_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let mut reader = LogReader::open("c".into(), path.clone()).unwrap();
        reader.log.write(b"marked\n").unwrap();
        reader.mark.size = reader.log.size();
        reader.keep();
        reader.log.write(b"not marked\n").unwrap();
        drop(reader);
        LogReader::open("c".into(), path.clone()).unwrap();
        assert_eq!(fs::read_to_string(path.join(LOG)).unwrap(), "marked\n");
        // Another container goes on behind it.
        fs::write(path.join(LOG), "marked\nmore\n").unwrap();
        assert_eq!(LogReader::open("d".into(), path.clone()).unwrap().mark.size, 12);
    }
}
