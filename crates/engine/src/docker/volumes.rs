//! The volumes of a node, with what is in them.

use super::host::{Connection, Host};
use super::plan::{Names, PREFIX};
use super::{container, exec, run};
use crate::{EngineError, Exit, Volume};
use keyrack_types::ids::NodeId;

/// The volumes of the node's container, sorted by path. How large they are is asked in the container, when it runs and has `du`.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn list(host: &Host, at: &Connection, names: &Names, node: NodeId) -> Result<Vec<Volume>, EngineError> {
    let found = container::of_node(host, at, names, node).await?;
    let Some(present) = found.first() else { return Ok(Vec::new()) };
    let Some(is) = run::inspect(host, at, &present.id).await? else { return Ok(Vec::new()) };
    let mut volumes: Vec<Volume> = is
        .mounts
        .unwrap_or_default()
        .into_iter()
        .filter_map(|mount| Some(Volume { path: mount.destination?, name: mount.name?, size: None }))
        .filter(|volume| volume.name.starts_with(PREFIX))
        .collect();
    volumes.sort_by(|one, other| one.path.cmp(&other.path));
    if present.running && !volumes.is_empty() {
        let mut words = vec!["du", "-sk", "--"];
        words.extend(volumes.iter().map(|volume| volume.path.as_str()));
        // As root: an ordinary user of the image may not look into all of it.
        let measured = exec::simple(host, at, &present.id, Some("0"), &words).await;
        if let Ok(done) = measured
            && done.exit == Exit::Code(0)
        {
            let sizes = sizes(&done.out);
            for volume in &mut volumes {
                volume.size = sizes.iter().find(|(path, _)| *path == volume.path).map(|(_, size)| *size);
            }
        }
    }
    Ok(volumes)
}

/// What `du -sk` wrote: paths with their size in bytes.
fn sizes(text: &str) -> Vec<(&str, u64)> {
    text.lines()
        .filter_map(|line| {
            let (size, path) = line.split_once(['\t', ' '])?;
            Some((path.trim(), size.parse::<u64>().ok()? << 10))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_by_path() {
        assert_eq!(sizes("12\t/data\n4\t/var/lib/a b\nnothing\n"), [("/data", 12 << 10), ("/var/lib/a b", 4 << 10)]);
    }
}
