//! Running out of memory where the engine does not say so: on the first kind of cgroups Podman never does, and Docker not always.
//!
//! The kernel says it to whoever asks, as long as the engine runs on this machine. It has to be asked before the container runs: one
//! that takes all at once is gone before its process can be looked up.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};
use tokio::io::unix::AsyncFd;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::host::Host;
use super::host_url::HostUrl;

/// Where memory is counted on the first kind of cgroups.
const MEMORY: &str = "/sys/fs/cgroup/memory";

/// How often it is looked whether a container has its group, and for how long after it was to start.
const LOOK: Duration = Duration::from_millis(2);
const LOOKING: Duration = Duration::from_secs(10);

/// How long it may take to hear of the end of a container that has ended.
const HEARD: Duration = Duration::from_secs(1);

/// Whether the kernel ended something of a container for want of memory.
pub struct Watch {
    killed: Arc<AtomicBool>,
    task: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins to watch a container that runs or is about to.
    pub fn begin(host: &Host, container: &str) -> Watch {
        let killed = Arc::new(AtomicBool::new(false));
        let here = matches!(host.url(), HostUrl::Unix(_)) && PathBuf::from(MEMORY).is_dir();
        let task = here.then(|| tokio::spawn(watch(container.to_owned(), killed.clone())));
        Watch { killed, task }
    }

    /// The answer for a container that has ended.
    pub async fn was_killed(&mut self) -> bool {
        // The end of its group is the last thing that is heard of it.
        if let Some(task) = &mut self.task {
            let _ = timeout(HEARD, task).await;
        }
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

async fn watch(container: String, killed: Arc<AtomicBool>) {
    let until = Instant::now() + LOOKING;
    let asked = loop {
        if let Some(folder) = folders(&container).into_iter().find(|folder| folder.is_dir()) {
            break ask(folder);
        }
        if Instant::now() > until {
            return;
        }
        sleep(LOOK).await;
    };
    if let Ok((event, control)) = asked {
        until_gone(event, control, &killed).await;
    }
}

/// Where the group of a container may be: Docker's and Podman's, each without and with systemd.
fn folders(container: &str) -> [PathBuf; 4] {
    [
        format!("{MEMORY}/docker/{container}"),
        format!("{MEMORY}/system.slice/docker-{container}.scope"),
        format!("{MEMORY}/libpod_parent/libpod-{container}"),
        format!("{MEMORY}/machine.slice/libpod-{container}.scope"),
    ]
    .map(PathBuf::from)
}

/// Asks the kernel to be notified; also notified once when the group goes.
fn ask(folder: PathBuf) -> io::Result<(AsyncFd<OwnedFd>, File)> {
    let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
    let control = File::open(folder.join("memory.oom_control"))?;
    let line = format!("{} {}", event.as_raw_fd(), control.as_raw_fd());
    fs::write(folder.join("cgroup.event_control"), line)?;
    // SAFETY: an owned descriptor is one and the same until it is dropped.
    let event = unsafe { AsyncFd::register(event) }.map_err(|error| error.into_parts().1)?;
    Ok((event, control))
}

async fn until_gone(event: AsyncFd<OwnedFd>, mut control: File, killed: &AtomicBool) {
    while let Ok(mut ready) = event.readable().await {
        let mut count = [0; 8];
        let read = rustix::io::read(event.get_ref(), &mut count);
        ready.clear_ready();
        if read.is_err() {
            continue;
        }
        let mut text = String::new();
        let gone = control.rewind().and_then(|()| control.read_to_string(&mut text)).is_err();
        // The end of the group is one notification; whatever came with it was a want of memory.
        if !gone || u64::from_ne_bytes(count) > 1 {
            killed.store(true, Ordering::Relaxed);
        }
        if gone {
            return;
        }
    }
}
