//! Becoming another user for good.

use std::io;

use rustix::thread::{Gid, Uid, set_thread_groups, set_thread_res_gid, set_thread_res_uid};

/// Gives up the old user with all its groups; capabilities go with it. For a process with one thread.
///
/// # Errors
/// When that is not allowed.
pub fn become_user(id: u32) -> io::Result<()> {
    let (user, group) = (Uid::from_raw(id), Gid::from_raw(id));
    set_thread_groups(&[])?;
    set_thread_res_gid(Some(group), Some(group), Some(group))?;
    Ok(set_thread_res_uid(Some(user), Some(user), Some(user))?)
}
