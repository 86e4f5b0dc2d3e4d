//! Processes as `/proc` shows them.

use std::collections::HashMap;
use std::time::Duration;

/// One process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: i32,
    pub parent: i32,
    pub group: i32,
    pub session: i32,
    /// Processor time, in clock ticks.
    ticks: u64,
    /// Memory held, in pages.
    pages: u64,
}

impl Process {
    /// Processor time that it has used.
    pub fn cpu(&self) -> Duration {
        let per_second = rustix::param::clock_ticks_per_second().max(1);
        Duration::from_millis(self.ticks * 1000 / per_second)
    }

    /// Memory that it holds, in bytes.
    pub fn memory(&self) -> u64 {
        self.pages * rustix::param::page_size() as u64
    }
}

/// All processes of this machine that can be seen.
pub fn all() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter_map(|pid| parse(pid, &std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?))
        .collect()
}

/// The process's children, their children and so on.
pub fn descendants(of: i32) -> Vec<Process> {
    let mut by_parent: HashMap<i32, Vec<Process>> = HashMap::new();
    for process in all() {
        by_parent.entry(process.parent).or_default().push(process);
    }
    let mut found = Vec::new();
    let mut open = vec![of];
    while let Some(parent) = open.pop() {
        for child in by_parent.remove(&parent).unwrap_or_default() {
            open.push(child.pid);
            found.push(child);
        }
    }
    found
}

/// Reads a line of `/proc/PID/stat`; the second field is the name in brackets and may hold anything.
fn parse(pid: i32, stat: &str) -> Option<Process> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<i64>().ok();
    Some(Process {
        pid,
        parent: number(1)? as i32,
        group: number(2)? as i32,
        session: number(3)? as i32,
        ticks: (number(11)? + number(12)?) as u64,
        pages: number(21)?.max(0) as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_does_no_harm() {
        let line =
            "42 (a) b (c) S 7 40 39 0 -1 4194560 100 0 0 0 12 30 0 0 20 0 1 0 100 1000000 250 184467 1 1 0 0 0 0 0";
        let process = parse(42, line).unwrap();
        assert_eq!(
            (process.parent, process.group, process.session, process.ticks, process.pages),
            (7, 40, 39, 42, 250)
        );
        assert_eq!(parse(1, "1 (x"), None);
    }

    #[test]
    fn this_process_is_among_its_parents_descendants() {
        let me = std::process::id() as i32;
        let parent = all().into_iter().find(|process| process.pid == me).unwrap().parent;
        assert!(descendants(parent).iter().any(|process| process.pid == me && process.memory() > 0));
    }
}
