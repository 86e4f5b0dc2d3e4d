//! Orders of the server, a line each.

use std::io;

/// Lines from the standard input, without a reader that would hide from `poll` what it has read ahead.
pub struct LineBuffer {
    buffer: Vec<u8>,
}

impl LineBuffer {
    pub fn new() -> LineBuffer {
        LineBuffer { buffer: Vec::new() }
    }

    /// Reads what is there; false at the end.
    pub fn fill(&mut self) -> io::Result<bool> {
        let mut piece = [0; 16 * 1024];
        loop {
            match rustix::io::read(io::stdin(), &mut piece) {
                Ok(length) => {
                    self.buffer.extend_from_slice(&piece[..length]);
                    return Ok(length > 0);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The next whole line that was read.
    pub fn next(&mut self) -> Option<String> {
        let end = self.buffer.iter().position(|byte| *byte == b'\n')?;
        let line: Vec<u8> = self.buffer.drain(..=end).collect();
        Some(String::from_utf8_lossy(&line).into_owned())
    }

    /// Waits for a line; none when the input ended before.
    pub fn wait(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(line) = self.next() {
                return Ok(Some(line));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }
}
