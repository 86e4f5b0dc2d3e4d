//! The edit–reload loop: builds, starts the server, and does both again when a source file changes.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

/// Everything that a debug build is made of.
const WATCHED: &[&str] = &["app", "crates", "domain", "frontend", "server", "style", "public", "Cargo.lock"];
/// How often the tree is looked at. It has some hundreds of files, which takes milliseconds.
const PERIOD: Duration = Duration::from_millis(500);

/// Runs until it is interrupted. `arguments` are the server's.
pub fn run(root: &Path, arguments: &[String]) -> Result<()> {
    loop {
        let built = newest(root);
        let mut server = match crate::build(root, false) {
            Ok(()) => Some(start(root, arguments)?),
            Err(error) => {
                eprintln!("dev: {error:#}; waiting for a change");
                None
            }
        };
        while newest(root) == built {
            std::thread::sleep(PERIOD);
            if let Some(child) = &mut server
                && let Some(status) = child.try_wait().context("cannot wait for the server")?
            {
                eprintln!("dev: the server ended with {status}; waiting for a change");
                server = None;
            }
        }
        if let Some(child) = server {
            stop(child)?;
        }
    }
}

fn start(root: &Path, arguments: &[String]) -> Result<Child> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    Command::new(target.join("debug/keyrack"))
        .args(arguments)
        .current_dir(root)
        .spawn()
        .context("cannot start the server")
}

/// Lets the server stop its environments, as SIGTERM does.
fn stop(mut server: Child) -> Result<()> {
    Command::new("kill").arg(server.id().to_string()).status().context("cannot run kill")?;
    server.wait().context("cannot wait for the server")?;
    Ok(())
}

/// When the newest source file was changed, and how many there are: a removed file counts as a change too.
fn newest(root: &Path) -> (Option<SystemTime>, usize) {
    let files = WATCHED.iter().filter_map(|name| crate::site::files_under(&root.join(name)).ok()).flatten();
    let times = files.map(|file| file.metadata().and_then(|data| data.modified()).ok());
    times.fold((None, 0), |(newest, count), time| (newest.max(time), count + 1))
}
