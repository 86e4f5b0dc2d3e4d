//! What a hostile node does. Everything that worked is printed as “could: …”.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

/// Does it.
pub fn attack(what: &str, argument: &str) -> ExitCode {
    match what {
        "calls" => calls(),
        "connect" => argument.split(' ').for_each(|port| connect(port.parse().expect("a port"))),
        "bind" => bind(argument.parse().expect("a port")),
        "answer" => answer(argument),
        "fork" => fork(),
        "memory" => memory(argument),
        other => panic!("unknown attack {other:?}"),
    }
    println!("done");
    ExitCode::SUCCESS
}

/// System calls that reach into the kernel, the machine or other processes.
fn calls() {
    use libc::*;
    let (nothing, zero) = (std::ptr::null::<u8>(), 0_usize);
    let root = c"/".as_ptr();
    let mut space = [0_u8; 4096];
    let memory = space.as_mut_ptr();
    // SAFETY: calls that are refused touch nothing; should one be let through, this process has failed its test anyway.
    unsafe {
        let flags = (CLONE_NEWUSER | SIGCHLD) as c_long;
        let tries: Vec<(&str, c_long)> = vec![
            ("mount", syscall(SYS_mount, c"none".as_ptr(), c"/tmp".as_ptr(), c"tmpfs".as_ptr(), 0, nothing)),
            ("umount2", syscall(SYS_umount2, c"/proc".as_ptr(), MNT_DETACH)),
            ("pivot_root", syscall(SYS_pivot_root, c".".as_ptr(), c".".as_ptr())),
            ("chroot", syscall(SYS_chroot, c".".as_ptr())),
            ("fsopen", syscall(SYS_fsopen, c"tmpfs".as_ptr(), 0)),
            ("open_tree", syscall(SYS_open_tree, AT_FDCWD, root, 1)),
            ("mount_setattr", syscall(SYS_mount_setattr, AT_FDCWD, root, 0, memory, 32)),
            ("unshare of users", syscall(SYS_unshare, CLONE_NEWUSER)),
            ("unshare of mounts", syscall(SYS_unshare, CLONE_NEWNS)),
            ("unshare of the network", syscall(SYS_unshare, CLONE_NEWNET)),
            ("setns", syscall(SYS_setns, 0, 0)),
            ("ptrace", syscall(SYS_ptrace, PTRACE_ATTACH, 1, 0, 0)),
            ("ptrace of itself", syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0)),
            ("process_vm_readv", syscall(SYS_process_vm_readv, getpid(), nothing, zero, nothing, zero, 0)),
            ("process_vm_writev", syscall(SYS_process_vm_writev, getpid(), nothing, zero, nothing, zero, 0)),
            ("keyctl", syscall(SYS_keyctl, 0, -3, 1)),
            ("add_key", syscall(SYS_add_key, c"user".as_ptr(), c"x".as_ptr(), c"y".as_ptr(), 1, -3)),
            ("bpf", syscall(SYS_bpf, 0, memory, 64)),
            ("perf_event_open", syscall(SYS_perf_event_open, memory, 0, -1, -1, 0)),
            ("kexec_load", syscall(SYS_kexec_load, 0, 0, nothing, 0)),
            ("init_module", syscall(SYS_init_module, memory, 4096, c"".as_ptr())),
            ("delete_module", syscall(SYS_delete_module, c"none".as_ptr(), 0)),
            ("userfaultfd", syscall(SYS_userfaultfd, 1)),
            ("io_uring_setup", syscall(SYS_io_uring_setup, 1, memory)),
            ("memfd_create", syscall(SYS_memfd_create, c"x".as_ptr(), 0)),
            ("memfd_secret", syscall(SYS_memfd_secret, 0)),
            ("open_by_handle_at", syscall(SYS_open_by_handle_at, AT_FDCWD, memory, 0)),
            ("name_to_handle_at", syscall(SYS_name_to_handle_at, AT_FDCWD, root, memory, memory, 0)),
            ("reboot", syscall(SYS_reboot, 0, 0, 0, 0)),
            ("settimeofday", syscall(SYS_settimeofday, nothing, nothing)),
            ("sethostname", syscall(SYS_sethostname, c"x".as_ptr(), 1)),
            ("syslog", syscall(SYS_syslog, 3, memory, 4096)),
            ("swapon", syscall(SYS_swapon, root, 0)),
            ("acct", syscall(SYS_acct, nothing)),
            ("personality", syscall(SYS_personality, 0x0004_0000)),
            ("prlimit of another", syscall(SYS_prlimit64, 1, RLIMIT_NOFILE, memory, nothing)),
            ("packet socket", syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0)),
            ("raw socket", syscall(SYS_socket, AF_INET, SOCK_RAW, 1)),
            ("socket to other machines' kernels", syscall(SYS_socket, AF_VSOCK, SOCK_STREAM, 0)),
            ("socket to the kernel's ciphers", syscall(SYS_socket, 38, SOCK_SEQPACKET, 0)),
            ("netlink to the firewall", syscall(SYS_socket, AF_NETLINK, SOCK_RAW, 12)),
            ("socket over several paths", syscall(SYS_socket, AF_INET, SOCK_STREAM, 262)),
            ("socket over several paths (6)", syscall(SYS_socket, AF_INET6, SOCK_STREAM, 262)),
            ("a call of the x32 kind", syscall(0x4000_0000 + 39)),
            ("a call that is newer than the list", syscall(467, AT_FDCWD, root, 0, memory, 32)),
            ("being the superuser", syscall(SYS_setuid, 0)),
        ];
        for (name, answer) in tries {
            let error = std::io::Error::last_os_error();
            if answer >= 0 {
                println!("could: {name} ({error})");
            }
        }
        // What splits this process comes last: a child that lives says so itself.
        for (name, pid) in
            [("clone of users", syscall(SYS_clone, flags, 0, 0, 0, 0)), ("clone3", syscall(SYS_clone3, memory, 64))]
        {
            if pid >= 0 {
                println!("could: {name}");
            }
        }
        // Nothing of the machine's that a device would give.
        if mknod(c"disk".as_ptr(), S_IFBLK | 0o600, makedev(8, 0)) == 0 {
            println!("could: mknod");
        }
    }
}

/// Reaches a port of the machine in every way that there is.
fn connect(port: u16) {
    for host in ["127.0.0.1", "127.9.8.7", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "localhost"] {
        if TcpStream::connect(format!("{host}:{port}")).is_ok() {
            println!("could: connect to {host}:{port}");
        }
    }
    // SAFETY: plain calls with an address that lives on this stack.
    unsafe {
        let mut address: libc::sockaddr_in = std::mem::zeroed();
        address.sin_family = libc::AF_INET as u16;
        address.sin_port = port.to_be();
        address.sin_addr.s_addr = u32::from_ne_bytes([127, 0, 0, 1]);
        let length = size_of_val(&address) as u32;
        let several = libc::socket(libc::AF_INET, libc::SOCK_STREAM, 262);
        if several >= 0 && libc::connect(several, (&raw const address).cast(), length) == 0 {
            println!("could: connect over several paths to {port}");
        }
        let fast = libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0);
        let sent =
            libc::sendto(fast, b"GET".as_ptr().cast(), 3, libc::MSG_FASTOPEN, (&raw const address).cast(), length);
        if sent >= 0 {
            println!("could: fast open to {port}");
        }
    }
}

/// Waits at a port that is not its own, for whatever comes.
fn bind(port: u16) {
    let hosts = ["127.0.0.1", "0.0.0.0", "[::1]", "[::]"];
    let held: Vec<_> = hosts.iter().filter_map(|host| TcpListener::bind(format!("{host}:{port}")).ok()).collect();
    println!("bound {}", held.len());
    loop {
        for listener in &held {
            let _ = listener.set_nonblocking(true);
            if let Ok((mut stream, _)) = listener.accept() {
                println!("could: take what was meant for the server");
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Answers at its own port, after it has asked another one (0: none) for its text.
fn answer(other: &str) {
    let port = std::env::var("PORT").expect("PORT");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).expect("its own port");
    println!("answers");
    for stream in listener.incoming() {
        let mut text = format!("this is {port}");
        if other != "0" {
            let mut read = String::new();
            match TcpStream::connect(format!("127.0.0.1:{other}")).and_then(|mut peer| peer.read_to_string(&mut read)) {
                Ok(_) => text += &format!(", and {read}"),
                Err(error) => text += &format!(", alone: {error}"),
            }
        }
        let _ = stream.and_then(|mut stream| stream.write_all(text.as_bytes()));
    }
}

/// Makes processes until there can be no more, and keeps them.
fn fork() {
    let mut made = 0;
    // SAFETY: this process has one thread; children do nothing but wait.
    unsafe {
        while made < 3000 {
            match libc::fork() {
                0 => loop {
                    libc::pause();
                },
                -1 => break,
                _ => made += 1,
            }
        }
    }
    println!("made {made}");
    std::thread::sleep(Duration::from_secs(600));
}

/// Takes 256 MiB in a way that no single process shows, and keeps them.
fn memory(kind: &str) {
    const ALL: usize = 256 << 20;
    const PART: usize = 32 << 20;
    match kind {
        "processes" => {
            // SAFETY: this process has one thread; children only take memory and wait.
            unsafe {
                for _ in 0..ALL / PART {
                    if libc::fork() == 0 {
                        let taken = vec![7_u8; PART];
                        loop {
                            std::hint::black_box(&taken);
                            libc::pause();
                        }
                    }
                }
            }
        }
        "files" => {
            for (number, folder) in ["/tmp", "/dev/shm"].iter().cycle().take(ALL / PART).enumerate() {
                let name = format!("{folder}/{number}");
                let Ok(mut file) = std::fs::File::create(&name) else { continue };
                // Removed and open: no folder shows it.
                let _ = (std::fs::remove_file(&name), file.write_all(&vec![7; PART]));
                std::mem::forget(file);
            }
        }
        "shared" => {
            for _ in 0..ALL / PART {
                // SAFETY: the segment is as large as what is written; it stays when it is detached.
                unsafe {
                    let id = libc::shmget(libc::IPC_PRIVATE, PART, 0o600 | libc::IPC_CREAT);
                    let at = libc::shmat(id, std::ptr::null(), 0);
                    if at as isize != -1 {
                        std::ptr::write_bytes(at.cast::<u8>(), 7, PART);
                        libc::shmdt(at);
                    }
                }
            }
        }
        "given back" => {
            // Shared memory that is given back page by page stays in memory, and no process shows it.
            for _ in 0..3 * ALL / PART {
                // SAFETY: the mapping is as large as what is written.
                unsafe {
                    let (read_write, kind) =
                        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
                    let at = libc::mmap(std::ptr::null_mut(), PART, read_write, kind, -1, 0);
                    if at != libc::MAP_FAILED {
                        std::ptr::write_bytes(at.cast::<u8>(), 7, PART);
                        libc::madvise(at, PART, libc::MADV_DONTNEED);
                    }
                }
            }
        }
        "memfd" => {
            // SAFETY: the name is a text; the file is only written to.
            let file = unsafe { libc::memfd_create(c"hidden".as_ptr(), 0) };
            if file >= 0 {
                println!("could: memfd");
            }
        }
        other => panic!("unknown kind {other:?}"),
    }
    println!("taken");
    std::thread::sleep(Duration::from_secs(600));
}
