//! Control groups: the kernel's own limits for a node as a whole, where whoever started the server gave it a group to divide
//! (systemd's `Delegate=`). Where it did not, the watch of the first process within the walls holds the same limits.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What is divided.
const CONTROLLERS: [&str; 2] = ["memory", "pids"];

/// The mark that systemd leaves on a group that is given away: for its user, and for the superuser's eyes.
const MARKS: [&str; 2] = ["user.delegate", "trusted.delegate"];

/// How many processes a node may have, with those that wall it.
const PROCESSES: u64 = 512;

/// The group that this server may divide.
#[derive(Debug)]
pub struct Cgroups {
    folder: PathBuf,
}

impl Cgroups {
    /// Finds it and makes it ready: the server moves into a group beside those of its nodes, because a group that is divided
    /// may have no processes itself.
    pub fn find() -> Option<Cgroups> {
        let own = own_group(&fs::read_to_string("/proc/self/cgroup").ok()?, &fs::read_to_string("/proc/mounts").ok()?)?;
        // Another engine of this process was here before.
        let folder = if own.ends_with("server") { own.parent()?.to_owned() } else { own };
        if !MARKS.iter().any(|mark| is_marked(&folder, mark)) {
            return None;
        }
        match divide(&folder, std::process::id()) {
            Ok(()) => Some(Cgroups { folder }),
            Err(error) => {
                tracing::warn!(%error, group = %folder.display(), "the group that this server was given cannot be divided; nodes are watched instead");
                None
            }
        }
    }

    /// A group for a node with so much memory. None when there can be none: then the watch holds the limits alone.
    pub fn node(&self, name: &str, memory: u64) -> Option<PathBuf> {
        let group = self.path(name);
        match limit(&group, memory) {
            Ok(()) => Some(group),
            Err(error) => {
                tracing::debug!(%error, group = %group.display(), "a node gets no group of its own");
                None
            }
        }
    }

    /// Changes what a node has.
    pub fn change(&self, name: &str, memory: u64) {
        let _ = fs::write(self.path(name).join("memory.max"), memory.to_string());
    }

    /// Removes a group in which nothing is left.
    pub fn remove(&self, name: &str) {
        let _ = fs::remove_dir(self.path(name));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("node-{name}"))
    }
}

fn is_marked(folder: &Path, mark: &str) -> bool {
    let mut value = [0_u8; 1];
    rustix::fs::getxattr(folder, mark, &mut value[..]).is_ok_and(|length| length == 1) && value == *b"1"
}

/// The folder of the own group, from the texts of `/proc/self/cgroup` and `/proc/mounts`.
fn own_group(groups: &str, mounts: &str) -> Option<PathBuf> {
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let mut fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let mount = fields.find_map(|fields| match fields[..] {
        [_, at, "cgroup2", ..] => Some(PathBuf::from(at)),
        _ => None,
    })?;
    Some(mount.join(path))
}

fn divide(folder: &Path, process: u32) -> io::Result<()> {
    let there = fs::read_to_string(folder.join("cgroup.controllers"))?;
    if !CONTROLLERS.iter().all(|name| there.split_whitespace().any(|there| there == *name)) {
        return Err(io::Error::other("it has no memory or no pids controller"));
    }
    let server = folder.join("server");
    fs::create_dir(&server).or_else(exists)?;
    fs::write(server.join("cgroup.procs"), process.to_string())?;
    fs::write(folder.join("cgroup.subtree_control"), CONTROLLERS.map(|name| format!("+{name}")).join(" "))
}

fn limit(group: &Path, memory: u64) -> io::Result<()> {
    fs::create_dir(group).or_else(exists)?;
    fs::write(group.join("memory.max"), memory.to_string())?;
    fs::write(group.join("pids.max"), PROCESSES.to_string())?;
    // Absent where the machine does not swap, or counts nothing of it.
    let _ = fs::write(group.join("memory.swap.max"), "0");
    // A node ends as a whole, not one of its processes at random.
    let _ = fs::write(group.join("memory.oom.group"), "1");
    Ok(())
}

fn exists(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_group_is_found_among_hierarchies_of_both_kinds() {
        let mounts = "proc /proc proc rw 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n\
                      cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
        let own = own_group("4:memory:/x\n0::/system.slice/keyrack.service\n", mounts);
        assert_eq!(own, Some("/sys/fs/cgroup/unified/system.slice/keyrack.service".into()));
        assert_eq!(own_group("4:memory:/x\n", mounts), None);
        assert_eq!(own_group("0::/x\n", "proc /proc proc rw 0 0\n"), None);
    }

    #[test]
    fn a_group_is_divided_between_the_server_and_its_nodes() {
        let place = tempfile::tempdir().unwrap();
        let file = |name: &str| fs::read_to_string(place.path().join(name)).unwrap();
        fs::write(place.path().join("cgroup.controllers"), "cpu memory\n").unwrap();
        assert!(divide(place.path(), 7).is_err(), "one of the two is missing");
        fs::write(place.path().join("cgroup.controllers"), "cpu memory pids\n").unwrap();
        divide(place.path(), 7).unwrap();
        assert_eq!((file("server/cgroup.procs"), file("cgroup.subtree_control")), ("7".into(), "+memory +pids".into()));
        let groups = Cgroups { folder: place.path().to_owned() };
        assert_eq!(groups.node("12", 1 << 27), Some(place.path().join("node-12")));
        groups.change("12", 1 << 28);
        assert_eq!((file("node-12/memory.max"), file("node-12/pids.max")), ("268435456".into(), "512".into()));
        // Where there can be none, the node runs without.
        fs::write(place.path().join("node-13"), "").unwrap();
        assert_eq!(groups.node("13", 1), None);
    }
}
