//! Running out of memory where the engine does not tell it: Podman on the first kind of cgroups.
//!
//! The kernel tells whoever asks it, as long as the engine runs on this machine.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{EventfdFlags, eventfd};
use tokio::io::unix::AsyncFd;
use tokio::task::JoinHandle;

use super::host::{Connection, Host};
use super::host_url::HostUrl;
use super::run;

/// Whether the kernel ended something of a container for want of memory.
pub struct Watch {
    killed: Arc<AtomicBool>,
    task: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins to watch a container that was just started.
    pub async fn begin(host: &Host, at: &Connection, container: &str) -> Watch {
        let killed = Arc::new(AtomicBool::new(false));
        let mut watch = Watch { killed: killed.clone(), task: None };
        if !at.facts.podman || !matches!(host.url(), HostUrl::Unix(_)) {
            return watch;
        }
        let found = run::inspect(host, at, container).await.ok().flatten();
        let pid = found.and_then(|found| found.state).and_then(|state| state.pid).filter(|pid| *pid > 0);
        let asked = pid.and_then(folder).and_then(|folder| ask(folder).ok());
        if let Some((event, control)) = asked {
            watch.task = Some(tokio::spawn(until_killed(event, control, killed)));
        }
        watch
    }

    pub fn was_killed(&self) -> bool {
        self.killed.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

/// Where the limits of a process's memory are, where cgroups are of the first kind.
fn folder(pid: i64) -> Option<PathBuf> {
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    let path = groups.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        parts.next()?.split(',').any(|name| name == "memory").then_some(parts.next()?)
    })?;
    Some(PathBuf::from(format!("/sys/fs/cgroup/memory{path}")))
}

/// Asks the kernel to be told; also told once when the group goes.
fn ask(folder: PathBuf) -> io::Result<(AsyncFd<OwnedFd>, File)> {
    let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
    let control = File::open(folder.join("memory.oom_control"))?;
    let line = format!("{} {}", event.as_raw_fd(), control.as_raw_fd());
    fs::write(folder.join("cgroup.event_control"), line)?;
    // SAFETY: an owned descriptor is one and the same until it is dropped.
    let event = unsafe { AsyncFd::register(event) }.map_err(|error| error.into_parts().1)?;
    Ok((event, control))
}

async fn until_killed(event: AsyncFd<OwnedFd>, mut control: File, killed: Arc<AtomicBool>) {
    while let Ok(mut ready) = event.readable().await {
        let mut count = [0; 8];
        let _ = rustix::io::read(event.get_ref(), &mut count);
        ready.clear_ready();
        let mut text = String::new();
        // A group that is gone cannot be read: then this is the end, not a want of memory.
        if control.rewind().and_then(|()| control.read_to_string(&mut text)).is_err() {
            return;
        }
        killed.store(true, Ordering::Relaxed);
    }
}
