//! What this machine offers to make strangers of nodes.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Mutex;

/// The user ids that nodes can get. Distributions leave these to whoever runs the machine.
const UIDS: std::ops::Range<u32> = 64_000..65_000;

/// Capabilities by number: chown, kill, setgid, setuid.
const NEEDED: [u32; 4] = [0, 5, 6, 7];

/// How nodes are confined here.
#[derive(Debug)]
pub struct Confinement {
    /// A user of its own for each node.
    pub uids: Option<Uids>,
    pub landlock: bool,
}

impl Confinement {
    /// Finds out. Nodes' folders lie below `nodes`.
    pub fn probe(nodes: &Path) -> Confinement {
        let uids = (may_change_users() && others_can_reach(nodes)).then(|| Uids::taken_in(nodes));
        Confinement { uids, landlock: landlock_works() }
    }

    /// Whether a node sees nothing of Keyrack's.
    pub fn is_there(&self) -> bool {
        self.uids.is_some() || self.landlock
    }
}

/// User ids for nodes. The owner of a node's folder is where its id is kept.
#[derive(Debug)]
pub struct Uids {
    /// Where the search begins: servers with other data folders begin elsewhere.
    first: u32,
    taken: Mutex<BTreeSet<u32>>,
}

impl Uids {
    fn taken_in(nodes: &Path) -> Uids {
        let owners =
            fs::read_dir(nodes).into_iter().flatten().flatten().filter_map(|entry| Some(entry.metadata().ok()?.uid()));
        let seed = nodes
            .as_os_str()
            .as_encoded_bytes()
            .iter()
            .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
        Uids { first: seed % UIDS.len() as u32, taken: Mutex::new(owners.filter(|uid| UIDS.contains(uid)).collect()) }
    }

    /// Whether a node's folder with this owner has its id already.
    pub fn is_one(&self, uid: u32) -> bool {
        UIDS.contains(&uid)
    }

    /// Takes an id that no other node has. With more nodes than ids they are shared; Landlock still keeps them apart.
    pub fn take(&self) -> u32 {
        let mut taken = self.taken.lock().expect("never poisoned: nothing under it panics");
        let count = UIDS.len() as u32;
        let all = (0..count).map(|step| UIDS.start + (self.first + step) % count);
        let free = all.clone().find(|uid| !taken.contains(uid)).unwrap_or(UIDS.start);
        taken.insert(free);
        free
    }

    /// Gives one back.
    pub fn release(&self, uid: u32) {
        self.taken.lock().expect("never poisoned: nothing under it panics").remove(&uid);
    }
}

/// The superuser with what it takes, in a user namespace (if any) that has the ids.
fn may_change_users() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|value| u64::from_str_radix(value.trim(), 16).ok())
        .unwrap_or(0);
    rustix::process::geteuid().is_root()
        && NEEDED.iter().all(|number| effective & (1 << number) != 0)
        && maps_all(&fs::read_to_string("/proc/self/uid_map").unwrap_or_default())
        && maps_all(&fs::read_to_string("/proc/self/gid_map").unwrap_or_default())
}

/// Whether one line (first id inside, first id outside, count) covers all ids.
fn maps_all(map: &str) -> bool {
    map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect();
        matches!(numbers[..], [inside, _, count] if inside <= u64::from(UIDS.start) && inside + count >= u64::from(UIDS.end))
    })
}

/// Whether the way to the folder is open to every user.
fn others_can_reach(folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else { return false };
    folder.ancestors().all(|step| fs::metadata(step).is_ok_and(|facts| facts.permissions().mode() & 0o001 != 0))
}

/// Whether the kernel has Landlock and it is switched on.
fn landlock_works() -> bool {
    const ASK_VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no memory and answers the version or an error.
    unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0_usize, ASK_VERSION) > 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_must_hold_all_ids_of_nodes() {
        assert!(maps_all("         0          0 4294967295\n"));
        assert!(maps_all("0 100000 65536"));
        assert!(!maps_all("0 1000 1\n1 100000 60000"));
        assert!(!maps_all(""));
    }

    #[test]
    fn an_id_is_given_once_until_it_comes_back() {
        let uids = Uids { first: 999, taken: Mutex::default() };
        let (a, b) = (uids.take(), uids.take());
        assert_eq!((a, b), (64_999, 64_000));
        uids.release(a);
        assert_eq!(uids.take(), a);
    }
}
