//! How the program takes memory from the system.

/// Has large blocks given back as soon as they are freed. By default glibc raises its threshold to the largest block that was freed, up
/// to 32 MiB, and keeps what is below it in one arena for each thread: the 19 MiB of a password's hash would stay with every thread
/// that ever computed one. Without glibc there is nothing to do.
pub fn give_back_large_blocks() {
    #[cfg(target_env = "gnu")]
    {
        const LARGE: libc::c_int = 256 << 10;
        // SAFETY: it sets a number inside the allocator, and is called before any other thread is there.
        unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
    }
}
