//! What is remembered of nodes between two runs of the server: where they are.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use keyrack_types::ids::NodeId;
use serde::{Deserialize, Serialize};

use super::random::random_word;

/// The file in which it is.
pub struct State {
    path: PathBuf,
    kept: Mutex<Stored>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Stored {
    /// Tells what is this installation's from what is another one's on the same engine.
    installation: String,
    nodes: BTreeMap<i64, Placed>,
}

/// Where a node is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The engine's address.
    pub host: String,
    pub environment: String,
    /// How much memory it may take, in bytes.
    pub memory: u64,
}

impl State {
    /// Reads the file of this folder, which is made.
    ///
    /// # Errors
    /// From the file system; a damaged file.
    pub fn open(folder: &Path) -> io::Result<State> {
        fs::create_dir_all(folder)?;
        let path = folder.join("nodes.json");
        let mut kept: Stored = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Stored::default(),
            Err(error) => return Err(error),
        };
        let state = if kept.installation.is_empty() {
            kept.installation = random_word()?;
            let state = State { path, kept: Mutex::new(kept) };
            state.write(&state.kept())?;
            state
        } else {
            State { path, kept: Mutex::new(kept) }
        };
        Ok(state)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Stored> {
        self.kept.lock().expect("never poisoned: nothing under it panics")
    }

    /// The word on everything that is this installation's.
    pub fn installation(&self) -> String {
        self.kept().installation.clone()
    }

    pub fn get(&self, node: NodeId) -> Option<Placed> {
        self.kept().nodes.get(&node.0).cloned()
    }

    /// All nodes of an environment.
    pub fn of_environment(&self, environment: &str) -> Vec<(NodeId, Placed)> {
        let kept = self.kept();
        let own = kept.nodes.iter().filter(|(_, placed)| placed.environment == environment);
        own.map(|(id, placed)| (NodeId(*id), placed.clone())).collect()
    }

    /// How much memory nodes may take on this host, in bytes.
    pub fn memory_on(&self, host: &str) -> u64 {
        self.kept().nodes.values().filter(|placed| placed.host == host).map(|placed| placed.memory).sum()
    }

    /// Notes where a node is.
    ///
    /// # Errors
    /// From the file system.
    pub fn put(&self, node: NodeId, placed: Placed) -> io::Result<()> {
        let mut kept = self.kept();
        if kept.nodes.get(&node.0) == Some(&placed) {
            return Ok(());
        }
        kept.nodes.insert(node.0, placed);
        self.write(&kept)
    }

    /// Forgets nodes.
    ///
    /// # Errors
    /// From the file system.
    pub fn retain(&self, keep: impl Fn(NodeId) -> bool) -> io::Result<()> {
        let mut kept = self.kept();
        let before = kept.nodes.len();
        kept.nodes.retain(|id, _| keep(NodeId(*id)));
        if kept.nodes.len() == before { Ok(()) } else { self.write(&kept) }
    }

    /// All at once: a crash leaves the former file or the new one.
    fn write(&self, kept: &Stored) -> io::Result<()> {
        let new = self.path.with_extension("new");
        fs::write(&new, serde_json::to_vec(kept).map_err(io::Error::other)?)?;
        fs::rename(new, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nodes_are_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let placed = |host: &str, memory| Placed { host: host.into(), environment: "shop".into(), memory };
        let state = State::open(folder.path()).unwrap();
        state.put(NodeId(1), placed("unix:///a", 5)).unwrap();
        state.put(NodeId(2), placed("unix:///a", 7)).unwrap();
        state.put(NodeId(3), placed("unix:///b", 9)).unwrap();
        state.retain(|node| node != NodeId(3)).unwrap();
        let again = State::open(folder.path()).unwrap();
        assert_eq!(again.installation(), state.installation());
        assert_eq!((again.get(NodeId(1)), again.get(NodeId(3))), (Some(placed("unix:///a", 5)), None));
        assert_eq!((again.memory_on("unix:///a"), again.memory_on("unix:///b")), (12, 0));
        assert_eq!(again.of_environment("shop").len(), 2);
        assert_eq!(again.of_environment("shops").len(), 0);
    }
}
