//! A node's output on disk: at most two files of a limited size, whatever the node writes.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// One stream of a node's output; none when it comes with the other one, or when it has ended.
pub struct Output {
    pub stream: Option<OwnedFd>,
    pub sink: Sink,
}

impl Output {
    /// One that is kept.
    pub fn kept(stream: OwnedFd, sink: Sink) -> Output {
        Output { stream: Some(stream), sink }
    }

    /// One that comes with the other one.
    pub fn none() -> Output {
        Output { stream: None, sink: Sink::memory(0) }
    }

    /// Keeps a piece of the output. One piece at a time, so that a flood holds up nothing else.
    pub fn keep(&mut self) {
        let Some(stream) = &self.stream else { return };
        let mut piece = [0; 64 * 1024];
        match rustix::io::read(stream, &mut piece) {
            Ok(0) => self.stream = None,
            Ok(length) => self.sink.write(&piece[..length]),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
            Err(_) => self.stream = None,
        }
    }
}

/// Where a stream of output goes.
pub enum Sink {
    Log(Log),
    /// Kept in memory up to a limit in bytes.
    Memory {
        bytes: Vec<u8>,
        limit: usize,
    },
}

impl Sink {
    /// The log in this file.
    pub fn log(path: &Path, limit: u64) -> Sink {
        Sink::Log(Log::open(path, limit))
    }

    /// Memory for so many bytes.
    pub fn memory(limit: usize) -> Sink {
        Sink::Memory { bytes: Vec::new(), limit }
    }

    /// Takes a piece.
    pub fn write(&mut self, piece: &[u8]) {
        match self {
            Sink::Log(log) => log.write(piece),
            Sink::Memory { bytes, limit } => {
                let room = limit.saturating_sub(bytes.len()).min(piece.len());
                bytes.extend_from_slice(&piece[..room]);
            }
        }
    }

    /// What was kept, as text.
    pub fn text(&self) -> String {
        match self {
            Sink::Log(_) => String::new(),
            Sink::Memory { bytes, .. } => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// The log. When it is full it becomes `….1` and a new one begins.
pub struct Log {
    path: PathBuf,
    file: Option<File>,
    size: u64,
    limit: u64,
}

impl Log {
    /// Goes on with the log in this file.
    pub fn open(path: &Path, limit: u64) -> Log {
        let file = append(path).ok();
        let size = file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |facts| facts.len());
        Log { path: path.to_owned(), file, size, limit }
    }

    /// Keeps what the node wrote. A full disk loses output, never the node: errors are dropped, and the file is opened
    /// again at the next write.
    pub fn write(&mut self, bytes: &[u8]) {
        if self.size + bytes.len() as u64 > self.limit && self.size > 0 {
            self.turn_over();
        }
        if self.file.is_none() {
            self.file = append(&self.path).ok();
        }
        match self.file.as_mut().map(|file| file.write_all(bytes)) {
            Some(Ok(())) => self.size += bytes.len() as u64,
            _ => self.file = None,
        }
    }

    fn turn_over(&mut self) {
        let mut old = self.path.clone().into_os_string();
        old.push(".1");
        if std::fs::rename(&self.path, old).is_err() {
            // Without a place for the old part it is given up: the limit holds.
            let _ = std::fs::remove_file(&self.path);
        }
        self.file = None;
        self.size = 0;
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_never_grow_over_their_limit_and_hold_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output.log");
        let mut log = Log::open(&path, 1000);
        for number in 0..500 {
            log.write(format!("line {number}\n").as_bytes());
        }
        let now = std::fs::read_to_string(&path).unwrap();
        let before = std::fs::read_to_string(folder.path().join("output.log.1")).unwrap();
        assert!(now.len() <= 1000 && before.len() <= 1000);
        assert!(now.ends_with("line 499\n"));
        let first = now.lines().next().unwrap().trim_start_matches("line ").parse::<u32>().unwrap();
        assert!(before.ends_with(&format!("line {}\n", first - 1)), "nothing is lost between the two");
    }

    #[test]
    fn a_log_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output.log");
        Log::open(&path, 10).write(b"12345678");
        Log::open(&path, 10).write(b"abcd");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "abcd");
        assert_eq!(std::fs::read_to_string(folder.path().join("output.log.1")).unwrap(), "12345678");
    }
}
