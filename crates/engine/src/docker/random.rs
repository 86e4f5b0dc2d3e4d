//! Words that nobody else chooses.

use std::fs::File;
use std::io::{self, Read};

/// Sixteen hexadecimal digits from the system's generator.
///
/// # Errors
/// From the system.
pub fn random_word() -> io::Result<String> {
    let mut bytes = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex::encode(bytes))
}
