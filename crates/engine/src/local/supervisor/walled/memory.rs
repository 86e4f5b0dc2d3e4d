//! How much memory a node takes: all of its processes together, and what is in its folders in memory and in its shared
//! memory, whether a process has it mapped or not.

use std::collections::BTreeMap;
use std::fs;

use rustix::fs::fstatvfs;

use super::root::Memories;

/// The beginnings of names under which a process maps what is counted by itself.
const COUNTED: [&str; 3] = ["/dev/shm/", "/tmp/", "/SYSV"];

/// Memory that processes share without a file stays theirs when they give it back page by page, and no process shows it
/// then. So what they have mapped of it may be so many times what the node may take.
const MAPPED_MOST: u64 = 4;

/// How many bytes it takes, when these are more than it may.
pub fn excess(memories: &Memories, limit: u64) -> Option<u64> {
    let elsewhere = in_folders(memories) + shared();
    let processes = processes();
    // What processes share counts for each here: more than it is, and quick to ask.
    let quick: u64 = processes.iter().map(|pid| resident(*pid)).sum();
    if elsewhere + quick > limit {
        let exact = elsewhere + processes.iter().map(|pid| own_share(*pid)).sum::<u64>();
        if exact > limit {
            return Some(exact);
        }
    }
    let mapped = mapped_without_file(&processes, limit);
    (mapped > limit.saturating_mul(MAPPED_MOST)).then_some(mapped)
}

/// All processes of this PID namespace but the first.
fn processes() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|pid| *pid != 1).collect()
}

fn in_folders(memories: &Memories) -> u64 {
    let used = |folder| fstatvfs(folder).map_or(0, |facts| (facts.f_blocks - facts.f_bfree) * facts.f_frsize);
    memories.iter().map(used).sum()
}

/// Shared memory of the System V kind, in memory and swapped out.
fn shared() -> u64 {
    let text = fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let sizes = |line: &str| {
        let mut fields = line.split_ascii_whitespace().rev();
        let mut next = || fields.next().and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        next() + next()
    };
    text.lines().skip(1).map(sizes).sum()
}

fn resident(pid: u32) -> u64 {
    let pages = pages(pid, 1);
    pages * rustix::param::page_size() as u64
}

/// A field of `statm`, which every process of every user may read.
fn pages(pid: u32, field: usize) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    text.split_ascii_whitespace().nth(field).and_then(|pages| pages.parse().ok()).unwrap_or(0)
}

/// What a process has for itself and its share of what it has together with others. One that cannot be looked into counts
/// with all that it has.
fn own_share(pid: u32) -> u64 {
    match fs::read_to_string(format!("/proc/{pid}/smaps")) {
        Ok(text) if !text.is_empty() => sum(&text),
        _ => resident(pid),
    }
}

fn sum(maps: &str) -> u64 {
    let (mut sum, mut counted) = (0, false);
    for line in maps.lines() {
        let mut fields = line.split_ascii_whitespace();
        let first = fields.next().unwrap_or_default();
        if !first.ends_with(':') {
            counted = fields.nth(4).is_some_and(|path| COUNTED.iter().any(|start| path.starts_with(start)));
        } else if !counted && matches!(first, "Pss:" | "SwapPss:") {
            sum += fields.next().and_then(|size| size.parse::<u64>().ok()).unwrap_or(0) * 1024;
        }
    }
    sum
}

/// How much all of them together have mapped of shared memory without a file. Those that have little mapped are not asked.
fn mapped_without_file(processes: &[u32], limit: u64) -> u64 {
    let page = rustix::param::page_size() as u64;
    let mut most: BTreeMap<String, u64> = BTreeMap::new();
    for pid in processes.iter().filter(|pid| pages(**pid, 0) * page > limit) {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
        let mut own: BTreeMap<&str, u64> = BTreeMap::new();
        for (inode, size) in maps.lines().filter_map(without_file) {
            *own.entry(inode).or_default() += size;
        }
        for (inode, size) in own {
            let most = most.entry(inode.to_owned()).or_default();
            *most = size.max(*most);
        }
    }
    most.values().sum()
}

/// A line such as `7f00-7f80 rw-s 00000000 00:01 1024 /dev/zero (deleted)`: its inode and size.
fn without_file(line: &str) -> Option<(&str, u64)> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let inode = fields.nth(3)?;
    (fields.next()? == "/dev/zero").then_some(())?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    Some((inode, number(end)?.checked_sub(number(start)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_elsewhere_is_left_out_of_a_process() {
        let maps = "55d0-55d1 r--p 00000000 fe:00 42 /usr/bin/sleep\nSize: 8 kB\nPss: 4 kB\nSwapPss: 1 kB\n\
                    7f00-7f01 rw-s 00000000 00:2a 7 /dev/shm/pool one\nPss: 100 kB\nSwapPss: 0 kB\n\
                    7f02-7f03 rw-s 00000000 00:01 9 /SYSV00000000 (deleted)\nPss: 50 kB\n\
                    7f04-7f05 rw-p 00000000 00:00 0\nPss: 10 kB\n";
        assert_eq!(sum(maps), 15 * 1024);
    }

    #[test]
    fn shared_memory_without_a_file_is_known_by_its_name() {
        let line = "7f0000000000-7f0000100000 rw-s 00000000 00:01 1024 /dev/zero (deleted)";
        assert_eq!(without_file(line), Some(("1024", 1 << 20)));
        assert_eq!(without_file("7f00-7f01 rw-p 00000000 00:00 0"), None);
        assert_eq!(without_file("7f00-7f01 rw-p 00000000 00:00 7 /usr/lib/x.so"), None);
    }
}
