//! Signals and waiting for a process with one thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Signals as something to read.
pub struct SignalFd(OwnedFd);

impl SignalFd {
    /// From here on these signals are read and do nothing else.
    ///
    /// # Errors
    /// From the system.
    pub fn new(signals: &[libc::c_int]) -> io::Result<SignalFd> {
        // SAFETY: plain system calls on a set that lives on this stack; the descriptor is new and ours.
        unsafe {
            let mut set: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&mut set);
            for signal in signals {
                libc::sigaddset(&mut set, *signal);
            }
            if libc::sigprocmask(libc::SIG_BLOCK, &set, std::ptr::null_mut()) != 0 {
                return Err(io::Error::last_os_error());
            }
            match libc::signalfd(-1, &set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) {
                -1 => Err(io::Error::last_os_error()),
                fd => Ok(SignalFd(OwnedFd::from_raw_fd(fd))),
            }
        }
    }

    /// Takes what came; whether it asks this process to end.
    ///
    /// # Errors
    /// From the system.
    pub fn take(&self) -> io::Result<bool> {
        const SIZE: usize = size_of::<libc::signalfd_siginfo>();
        let mut end = false;
        let mut buffer = [0_u8; SIZE];
        while let Ok(SIZE) = rustix::io::read(&self.0, &mut buffer) {
            // The signal's number is the first field.
            let number = u32::from_ne_bytes([buffer[0], buffer[1], buffer[2], buffer[3]]);
            end |= number != libc::SIGCHLD as u32;
        }
        Ok(end)
    }
}

impl AsFd for SignalFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Waits until something can be read or has ended, or until the deadline.
///
/// # Errors
/// From the system.
pub fn wait_for<const N: usize>(watched: [BorrowedFd<'_>; N], deadline: Option<Instant>) -> io::Result<[bool; N]> {
    let mut fds = watched.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let timeout = left.map(|left| Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) });
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(fds.map(|fd| !fd.revents().is_empty())),
        Err(error) => Err(error.into()),
    }
}
