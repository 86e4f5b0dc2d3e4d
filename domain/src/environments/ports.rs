//! Ports for nodes.

use std::collections::HashSet;
use std::net::TcpListener;
use std::path::Path;

use sqlx::AnyConnection;

use crate::error::{Error, Result};
use crate::settings::Settings;

/// Chooses ports that no node has and that nobody uses. The search begins at a place in the range that depends on the
/// data folder: two servers that start on one machine at once do not run after the same ports.
///
/// # Errors
/// [`Error::Limit`] when there are not enough.
pub async fn choose(connection: &mut AnyConnection, settings: &Settings, count: usize) -> Result<Vec<u16>> {
    let kept: Vec<i64> = sqlx::query_scalar("SELECT port FROM nodes").fetch_all(connection).await?;
    let kept: HashSet<i64> = kept.into_iter().collect();
    let range = &settings.node_ports;
    let begin = range.start + first_step(&settings.data, range.len());
    let ports: Vec<u16> = (begin..range.end)
        .chain(range.start..begin)
        .filter(|port| !kept.contains(&i64::from(*port)) && is_free(*port))
        .take(count)
        .collect();
    if ports.len() < count {
        let text = format!("no port is left for a node: all from {} to {} are taken", range.start, range.end - 1);
        return Err(Error::Limit(text.into()));
    }
    Ok(ports)
}

fn first_step(data: &Path, length: usize) -> u16 {
    let bytes = data.as_os_str().as_encoded_bytes();
    let sum = bytes.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    (sum as usize % length.max(1)) as u16
}

/// Whether nobody listens on this port of this machine.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}
