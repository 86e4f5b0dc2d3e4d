//! A machine on which some system calls do not work: a filter makes them fail, for this process and all that it starts.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// Lets these calls fail, and becomes the program.
pub fn without(calls: &str, program: &str, args: impl Iterator<Item = String>) -> ExitCode {
    let numbers: Vec<u32> = calls.split(',').flat_map(numbers).collect();
    let step = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter { code: code as u16, jt, jf, k };
    let load = |place| step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, place);
    let answer = |answer| step(libc::BPF_RET | libc::BPF_K, 0, 0, answer);
    let equal = |value, jt, jf| step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, jt, jf, value);
    let refuse = answer(libc::SECCOMP_RET_ERRNO | libc::EPERM as u32);
    let mut filter = vec![load(0)];
    for number in numbers {
        filter.extend([equal(number, 0, 1), refuse]);
    }
    if calls.split(',').any(|call| call == "namespaces") {
        // `clone` with any of the flags that make namespaces.
        let and = step(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, 0, 0, 0x7e02_0000);
        filter.extend([equal(libc::SYS_clone as u32, 0, 4), load(16), and, equal(0, 1, 0), refuse]);
    }
    // Flags of this one cannot be seen; where it is absent, programs take `clone`.
    filter.extend([equal(libc::SYS_clone3 as u32, 0, 1), answer(libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32)]);
    filter.push(answer(libc::SECCOMP_RET_ALLOW));
    let program_of_filter = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: the kernel copies the filter, which outlives the calls.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program_of_filter), 0);
    }
    let error = Command::new(program).arg0("keyrack").args(args).exec();
    panic!("{program}: {error}");
}

fn numbers(call: &str) -> Vec<u32> {
    let calls: &[libc::c_long] = match call {
        "landlock" => {
            &[libc::SYS_landlock_create_ruleset, libc::SYS_landlock_add_rule, libc::SYS_landlock_restrict_self]
        }
        "namespaces" | "unshare" => &[libc::SYS_unshare, libc::SYS_setns],
        "mount" => &[libc::SYS_mount, libc::SYS_move_mount, libc::SYS_fsmount],
        "old-mount" => &[libc::SYS_mount],
        "pivot_root" => &[libc::SYS_pivot_root],
        "seccomp" => &[libc::SYS_seccomp],
        other => panic!("unknown call {other:?}"),
    };
    calls.iter().map(|number| *number as u32).collect()
}
