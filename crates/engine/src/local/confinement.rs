//! What this machine offers to make strangers of nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::protocol::{Assignment, Job, Network, Report, SUPERVISE_NODE, Walls};
use super::wall::{Level, Wall};

/// The user ids that nodes can get. Distributions leave these to whoever runs the machine.
const UIDS: std::ops::Range<u32> = 64_000..65_000;

/// Capabilities by number: chown, kill, setgid, setuid.
const NEEDED: [u32; 4] = [0, 5, 6, 7];

/// How nodes are confined here.
#[derive(Debug)]
pub struct Confinement {
    /// A user of its own for each node.
    pub uids: Option<Uids>,
    pub level: Level,
}

impl Confinement {
    /// Finds out. Nodes' folders lie below `nodes`; nothing of `data` is to be seen by them. `program` is the supervisor.
    pub fn probe(program: &Path, data: &Path, nodes: &Path) -> Confinement {
        let level = Level::of(&examined(program, data, false));
        let uids = may_change_users().then(|| Uids::taken_in(nodes));
        Confinement { uids, level }
    }
}

/// Finds out which walls can be built around nodes whose folders lie in this one, as the user who runs this.
pub fn examine(program: &Path, data: &Path) -> Vec<Wall> {
    examined(program, data, true)
}

/// As [`examine`]; where all of them can be built, each by itself is left out unless it is asked for.
fn examined(program: &Path, data: &Path, each: bool) -> Vec<Wall> {
    ask(program, data, each).unwrap_or_else(|error| vec![Wall::needed("supervisor", Err(error.to_string()))])
}

fn ask(program: &Path, data: &Path, each: bool) -> io::Result<Vec<Wall>> {
    let place = Place::make(&data.canonicalize()?)?;
    let job = Job {
        program: None,
        args: Vec::new(),
        variables: BTreeMap::new(),
        folder: place.0.clone(),
        log: PathBuf::new(),
        log_limit: 0,
        lock: PathBuf::new(),
        uid: may_change_users().then_some(UIDS.end - 1),
        walls: Some(Walls {
            data: data.canonicalize()?,
            host: "examined".to_owned(),
            network: Network::Own { port: None, reach: Vec::new() },
            cgroup: None,
        }),
        read: Vec::new(),
        memory: 64 << 20,
        capture: None,
    };
    let mut supervisor = Command::new(program)
        .arg0("keyrack")
        .arg(SUPERVISE_NODE)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    let mut line = serde_json::to_vec(&Assignment::Examine { job, each })?;
    line.push(b'\n');
    let mut answer = String::new();
    let told = match (supervisor.stdin.take(), supervisor.stdout.take()) {
        (Some(mut orders), Some(reports)) => {
            orders.write_all(&line).and_then(|()| io::BufReader::new(reports).read_line(&mut answer))
        }
        _ => Err(io::Error::other("its streams are missing")),
    };
    supervisor.wait()?;
    told?;
    match serde_json::from_str(&answer) {
        Ok(Report::Examined(walls)) => Ok(walls),
        Ok(Report::Failed { why }) => Err(io::Error::other(why)),
        _ => Err(io::Error::other("it ended without an answer")),
    }
}

/// A folder in the place of a node's, for a moment.
struct Place(PathBuf);

impl Place {
    fn make(data: &Path) -> io::Result<Place> {
        let place = data.join(format!(".examined-{}", std::process::id()));
        match fs::create_dir(&place) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        // Whatever this process keeps others from by default: a node has the folder that it is in.
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755))?;
        Ok(Place(place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
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
