//! Ports for nodes.

use std::collections::HashSet;
use std::net::TcpListener;
use std::ops::Range;

use sqlx::{AnyConnection, Row};

use crate::error::{Error, Result};

/// Chooses ports that no node has and that nobody uses, the lowest first.
///
/// # Errors
/// [`Error::Limit`] when there are not enough.
pub async fn choose(connection: &mut AnyConnection, range: &Range<u16>, count: usize) -> Result<Vec<u16>> {
    let kept = sqlx::query("SELECT port FROM nodes").fetch_all(connection).await?;
    let kept: HashSet<i64> = kept.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let ports: Vec<u16> =
        range.clone().filter(|port| !kept.contains(&i64::from(*port)) && is_free(*port)).take(count).collect();
    if ports.len() < count {
        let text = format!("no port is left for a node: all from {} to {} are taken", range.start, range.end - 1);
        return Err(Error::Limit(text.into()));
    }
    Ok(ports)
}

/// Whether nobody listens on this port of this machine.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}
