//! Acting on the file system as a node's user.

use std::io;
use std::marker::PhantomData;

use rustix::process::{Gid, getgroups};
use rustix::thread::set_thread_groups;

/// While this lives, the file system takes this thread for the node's user: it can do exactly what the node itself could,
/// also to hard links that the node made to foreign files. Threads that are there already are not touched; a thread that
/// is started now would begin as the node's user, so nothing must start one.
pub struct AsUser {
    groups: Vec<Gid>,
    /// Bound to its thread.
    _here: PhantomData<*const ()>,
}

impl AsUser {
    /// Becomes the user.
    ///
    /// # Errors
    /// When it cannot be had; then nothing has changed.
    pub fn become_one(uid: u32) -> io::Result<AsUser> {
        let groups = getgroups()?;
        set_thread_groups(&[])?;
        let user = AsUser { groups, _here: PhantomData };
        set_ids(uid);
        // These calls tell nothing of a failure; asked with an id that nobody has, they change nothing and tell the id.
        if current_ids() == (uid, uid) { Ok(user) } else { Err(io::Error::from(io::ErrorKind::PermissionDenied)) }
    }
}

impl Drop for AsUser {
    fn drop(&mut self) {
        let own = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        // SAFETY: plain system calls without memory, for this thread alone.
        unsafe {
            libc::setfsuid(own.0);
            libc::setfsgid(own.1);
        }
        // A thread that stays somebody else must not serve anything more.
        if current_ids() != own || set_thread_groups(&self.groups).is_err() {
            std::process::abort();
        }
    }
}

fn set_ids(id: u32) {
    // SAFETY: plain system calls without memory, for this thread alone. The group first: afterwards it may not be
    // changed any more.
    unsafe {
        libc::setfsgid(id);
        libc::setfsuid(id);
    }
}

fn current_ids() -> (u32, u32) {
    // SAFETY: plain system calls without memory.
    unsafe { (libc::setfsuid(u32::MAX) as u32, libc::setfsgid(u32::MAX) as u32) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn the_thread_is_the_user_and_then_itself_again() {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: only the superuser can become somebody else");
            return;
        }
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("secret"), "x").unwrap();
        std::fs::set_permissions(place.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        std::fs::set_permissions(place.path().join("secret"), std::os::unix::fs::PermissionsExt::from_mode(0o640))
            .unwrap();
        let elsewhere = place.path().join("secret");
        let (ask, asked) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || asked.recv().map(|()| std::fs::read(elsewhere).is_ok()));
        let user = AsUser::become_one(64_999).unwrap();
        assert!(std::fs::read(place.path().join("secret")).is_err());
        std::fs::write(place.path().join("own"), "y").unwrap();
        ask.send(()).unwrap();
        assert_eq!(other.join().unwrap(), Ok(true), "other threads are themselves");
        drop(user);
        assert_eq!(std::fs::metadata(place.path().join("own")).unwrap().uid(), 64_999);
        assert_eq!(std::fs::read(place.path().join("secret")).unwrap(), b"x");
    }
}
