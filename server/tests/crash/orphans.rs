//! Looking for processes that should not be there.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The command lines of processes that name this folder in their arguments, or stand in it.
pub fn processes_naming(folder: &Path) -> Vec<String> {
    let wanted = folder.as_os_str().as_bytes();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let path = entry.path();
        let command = fs::read(path.join("cmdline")).unwrap_or_default();
        let stands_there = fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        if stands_there || command.windows(wanted.len()).any(|window| window == wanted) {
            found.push(String::from_utf8_lossy(&command).replace('\0', " "));
        }
    }
    found
}
