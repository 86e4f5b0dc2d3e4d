//! Free space on an engine's disk: an engine without any loses what containers write, and its own records.

use std::path::Path;

use rustix::fs::statvfs;

use super::host::HostFacts;
use crate::EngineError;

/// Lets something be made only where so many bytes stay free; an engine on another machine looks after its own disk.
///
/// # Errors
/// [`EngineError::TooLarge`].
pub fn ensure_free(facts: &HostFacts, bytes: u64) -> Result<(), EngineError> {
    match facts.root.as_deref().and_then(free) {
        Some(free) if free < bytes => Err(EngineError::TooLarge(format!(
            "the container engine has {} MiB of disk left; below {} MiB nothing is pulled and no container is made",
            free >> 20,
            bytes >> 20
        ))),
        _ => Ok(()),
    }
}

/// The bytes that an ordinary user could still write there.
fn free(folder: &Path) -> Option<u64> {
    let facts = statvfs(folder).ok()?;
    Some(facts.f_bavail.saturating_mul(facts.f_frsize))
}
