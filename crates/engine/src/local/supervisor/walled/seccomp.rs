//! What a node may not ask of the kernel: a filter of system calls, kept for good by it and by all that it starts.
//!
//! Ordinary programs use none of these. Most need a capability that nodes have not; they are here because a mistake in the
//! kernel behind a call that cannot be made is no mistake. Calls that are newer than this list do not exist for nodes.

use std::io;

use libc::{
    BPF_ABS, BPF_ALU, BPF_AND, BPF_JEQ, BPF_JGT, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, EAFNOSUPPORT, ENOSYS,
    EOPNOTSUPP, EPERM, EPROTONOSUPPORT, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, sock_filter,
    sock_fprog,
};

use crate::local::supervisor::context::because;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

/// The last system call that was looked at for this list: `removexattrat`, of Linux 6.13. All architectures number new
/// calls alike; those of the x32 ABI lie beyond it.
const LAST: u32 = 466;

/// Places in what a filter is shown of a call; arguments are 64 bits, the lower half first.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const fn argument(index: u32) -> u32 {
    16 + 8 * index
}

/// Flags of `clone` and `unshare` that make namespaces.
const NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u32;
const TIME_NAMESPACE: u32 = 0x80;
const MSG_FASTOPEN: u32 = 0x2000_0000;
const MULTIPATH_TCP: u32 = 262;

/// Not for nodes, whatever the arguments.
const NEVER: &[libc::c_long] = &[
    // Mounts and roots.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    // Other processes.
    libc::SYS_setns,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    // The kernel's own programs, modules, keys and logs.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_kexec_load,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_lookup_dcookie,
    libc::SYS_nfsservctl,
    // The machine.
    libc::SYS_reboot,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_uselib,
    #[cfg(target_arch = "x86_64")]
    libc::SYS__sysctl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_sysfs,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ustat,
    // Memory on the nodes of a large machine.
    libc::SYS_mbind,
    libc::SYS_set_mempolicy,
    libc::SYS_set_mempolicy_home_node,
];

/// As on a kernel that does not have them: programs know another way.
const ABSENT: &[libc::c_long] = &[
    // Its flags lie in memory, where no filter can look.
    libc::SYS_clone3,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_userfaultfd,
    // Memory that no process shows once it is written or handed on: it could not be counted.
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
];

/// Families of sockets that nodes can have; of netlink the one that lists addresses.
const FAMILIES: [u32; 4] = [libc::AF_UNIX as u32, libc::AF_INET as u32, libc::AF_INET6 as u32, libc::AF_NETLINK as u32];

/// Execution domains that programs ask for: the usual one with its 32-bit and `uname` variants, and “which is it?”.
const DOMAINS: [u32; 5] = [0, 8, 0x2_0000, 0x2_0008, u32::MAX];

/// Requests that put something into the input of a terminal.
const TYPING: [u32; 2] = [libc::TIOCSTI as u32, libc::TIOCLINUX as u32];

/// Puts the filter on this process, which can gain no privileges any more.
///
/// # Errors
/// When the kernel does not let it.
pub fn restrict() -> io::Result<()> {
    let filter = filter();
    let program = sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: the kernel copies the program, which outlives the call.
    let done = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) };
    if done == 0 { Ok(()) } else { Err(because("seccomp")(io::Error::last_os_error())) }
}

fn filter() -> Vec<sock_filter> {
    let mut filter = vec![load(ARCH), jump(BPF_JEQ, ARCHITECTURE, 1, 0), answer(SECCOMP_RET_KILL_PROCESS)];
    filter.extend([load(NUMBER), jump(BPF_JGT, LAST, 0, 1), refuse(ENOSYS)]);
    let always = NEVER.iter().map(|call| (call, EPERM)).chain(ABSENT.iter().map(|call| (call, ENOSYS)));
    for (call, error) in always {
        filter.extend([jump(BPF_JEQ, *call as u32, 0, 1), refuse(error)]);
    }
    let cases = [
        (libc::SYS_clone, has_any(argument(0), NAMESPACES, EPERM)),
        (libc::SYS_unshare, has_any(argument(0), NAMESPACES | TIME_NAMESPACE, EPERM)),
        (libc::SYS_socket, socket()),
        (libc::SYS_socketpair, socket()),
        (libc::SYS_sendto, has_any(argument(3), MSG_FASTOPEN, EOPNOTSUPP)),
        (libc::SYS_sendmsg, has_any(argument(2), MSG_FASTOPEN, EOPNOTSUPP)),
        (libc::SYS_sendmmsg, has_any(argument(3), MSG_FASTOPEN, EOPNOTSUPP)),
        (libc::SYS_personality, is_none_of(argument(0), &DOMAINS, EPERM)),
        (libc::SYS_ioctl, is_one_of(argument(1), &TYPING, EPERM)),
        (libc::SYS_prlimit64, limit_of_others()),
    ];
    for (call, case) in cases {
        filter.push(jump(BPF_JEQ, call as u32, 0, case.len() as u8));
        filter.extend(case);
    }
    filter.push(answer(SECCOMP_RET_ALLOW));
    filter
}

/// Refuses when the argument has any of these bits.
fn has_any(place: u32, bits: u32, error: libc::c_int) -> Vec<sock_filter> {
    let and = sock_filter { code: (BPF_ALU | BPF_AND | BPF_K) as u16, jt: 0, jf: 0, k: bits };
    vec![load(place), and, jump(BPF_JEQ, 0, 1, 0), refuse(error), answer(SECCOMP_RET_ALLOW)]
}

/// Refuses when the argument is one of these.
fn is_one_of(place: u32, values: &[u32], error: libc::c_int) -> Vec<sock_filter> {
    let mut case = vec![load(place)];
    for value in values {
        case.extend([jump(BPF_JEQ, *value, 0, 1), refuse(error)]);
    }
    case.push(answer(SECCOMP_RET_ALLOW));
    case
}

/// Refuses when the argument is anything else.
fn is_none_of(place: u32, values: &[u32], error: libc::c_int) -> Vec<sock_filter> {
    let mut case = vec![load(place)];
    for value in values {
        case.extend([jump(BPF_JEQ, *value, 0, 1), answer(SECCOMP_RET_ALLOW)]);
    }
    case.push(refuse(error));
    case
}

/// Sockets of other families reach past the network namespace (`AF_VSOCK`) or into corners of the kernel; connections
/// over several paths are not seen by Landlock.
fn socket() -> Vec<sock_filter> {
    let [unix, inet, inet6, netlink] = FAMILIES;
    vec![
        load(argument(0)),
        jump(BPF_JEQ, unix, 8, 0),
        jump(BPF_JEQ, inet, 3, 0),
        jump(BPF_JEQ, inet6, 2, 0),
        jump(BPF_JEQ, netlink, 3, 0),
        refuse(EAFNOSUPPORT),
        load(argument(2)),
        jump(BPF_JEQ, MULTIPATH_TCP, 3, 2),
        // NETLINK_ROUTE is protocol 0.
        load(argument(2)),
        jump(BPF_JEQ, 0, 0, 1),
        answer(SECCOMP_RET_ALLOW),
        refuse(EPROTONOSUPPORT),
    ]
}

/// Limits of other processes can be read, not set.
fn limit_of_others() -> Vec<sock_filter> {
    vec![
        load(argument(0)),
        jump(BPF_JEQ, 0, 4, 0),
        load(argument(2)),
        jump(BPF_JEQ, 0, 0, 3),
        load(argument(2) + 4),
        jump(BPF_JEQ, 0, 0, 1),
        answer(SECCOMP_RET_ALLOW),
        refuse(EPERM),
    ]
}

fn load(place: u32) -> sock_filter {
    sock_filter { code: (BPF_LD | BPF_W | BPF_ABS) as u16, jt: 0, jf: 0, k: place }
}

fn jump(test: u32, value: u32, then: u8, otherwise: u8) -> sock_filter {
    sock_filter { code: (BPF_JMP | test | BPF_K) as u16, jt: then, jf: otherwise, k: value }
}

fn refuse(error: libc::c_int) -> sock_filter {
    answer(SECCOMP_RET_ERRNO | error as u32)
}

fn answer(answer: u32) -> sock_filter {
    sock_filter { code: (BPF_RET | BPF_K) as u16, jt: 0, jf: 0, k: answer }
}
