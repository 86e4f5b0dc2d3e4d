//! Carrying what connections say from one side of the walls to the other.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// How many connections are carried at once; further ones wait to be accepted.
const AT_ONCE: usize = 1024;

/// How long nothing is accepted after that failed, for want of descriptors.
const BREATH: Duration = Duration::from_millis(50);

/// Runs work on a thread of its own, and nothing else on it.
///
/// # Errors
/// When there can be none.
pub fn run(name: &str, work: impl Future<Output = io::Result<()>> + Send + 'static) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    // Work that fails ends, and with it the thread: connections are refused then.
    let begin = move || drop(runtime.block_on(work));
    std::thread::Builder::new().name(name.to_owned()).stack_size(256 * 1024).spawn(begin).map(drop)
}

/// The room for connections.
#[derive(Clone)]
pub struct Carriers(Arc<Semaphore>);

impl Carriers {
    /// With nothing in it.
    pub fn new() -> Carriers {
        Carriers(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Accepts connections for good, and carries each to where `onward` leads.
    pub async fn accept<F>(&self, listener: TcpListener, onward: impl Fn() -> F)
    where
        F: Future<Output = io::Result<TcpStream>> + Send + 'static,
    {
        loop {
            let Ok(room) = self.0.clone().acquire_owned().await else { return };
            let Ok((mut from, _)) = listener.accept().await else {
                tokio::time::sleep(BREATH).await;
                continue;
            };
            let onward = onward();
            tokio::spawn(async move {
                if let Ok(mut to) = onward.await {
                    let _ = (from.set_nodelay(true), to.set_nodelay(true));
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                }
                drop(room);
            });
        }
    }
}
