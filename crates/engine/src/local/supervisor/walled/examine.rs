//! Finds out which walls can be built here: by building them, one by one, and looking at them from within.

use std::fs::{self, File};
use std::io::{self, Read, Write};

use rustix::process::{WaitOptions, geteuid, waitpid};
use rustix::thread::set_no_new_privs;

use super::namespaces::{ALWAYS, Origin, Side, become_stranger, loopback_up, split};
use super::root;
use super::{seccomp, world};
use crate::local::protocol::{Job, Walls};
use crate::local::supervisor::bounds::give_up_capabilities;
use crate::local::supervisor::landlocked;
use crate::local::wall::Wall;

/// Settings of kernels that keep strangers from having user namespaces, and what they have to be.
const SETTINGS: [(&str, &str, &str); 3] = [
    ("user.max_user_namespaces", "/proc/sys/user/max_user_namespaces", "0"),
    ("kernel.unprivileged_userns_clone", "/proc/sys/kernel/unprivileged_userns_clone", "0"),
    ("kernel.apparmor_restrict_unprivileged_userns", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
];

/// The namespaces by their names in `/proc`.
const KINDS: [&str; 6] = ["user", "pid", "mnt", "ipc", "uts", "net"];

/// Builds the walls for such a node, in processes that end at once: all together, and each by itself when that is asked for
/// or something is missing.
pub fn examine(job: &Job, walls: &Walls, each: bool) -> Vec<Wall> {
    let all = Wall::needed("all of them together", together(job, walls));
    let landlock = Wall::further("Landlock", landlock());
    if !each && all.state.is_ok() {
        return vec![all, landlock];
    }
    let mut found = vec![Wall::needed("user namespace", user(job).map_err(with_settings))];
    for (name, flag) in ALWAYS.into_iter().chain([("network namespace", libc::CLONE_NEWNET)]) {
        found.push(Wall::needed(name, namespace(name, flag)));
    }
    let alone = libc::CLONE_NEWNS | libc::CLONE_NEWPID;
    found.push(Wall::needed("private root", within(alone, |origin| private_root(job, walls, origin))));
    found.push(Wall::needed("dropped capabilities", within(0, |_| capabilities())));
    found.push(Wall::needed("seccomp filter", within(0, |_| filter())));
    // Where one is missing, they are not there together either, and that says nothing new.
    if found.iter().all(|wall| wall.state.is_ok()) {
        found.push(all);
    }
    found.push(landlock);
    found
}

/// Each for itself may be there, and yet not all of them in one process.
fn together(job: &Job, walls: &Walls) -> Result<String, String> {
    let outside = KINDS.map(link);
    within(world::namespaces(walls), |origin| {
        world::make(job, walls, origin)?;
        for (kind, outside) in KINDS.into_iter().zip(outside) {
            another(&outside?, kind)?;
        }
        only_shown()?;
        without_capabilities()?;
        let rules = world::rules(job, walls, None)?;
        // As the node itself: a process that the first one starts.
        let entered = within(0, |_| {
            world::enter(rules, job.memory)?;
            holds_back().map(|()| String::new())
        });
        entered.map_err(io::Error::other)?;
        let user =
            if origin.is_superuser() { "each node as a user of its own" } else { "each node as the server's user" };
        Ok(user.to_owned())
    })
}

/// Does something in a process in new namespaces, and answers what it answered.
fn within(flags: libc::c_int, work: impl FnOnce(Origin) -> io::Result<String>) -> Result<String, String> {
    let tried = || -> io::Result<String> {
        let (output, input) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        let child = match split(flags)? {
            Side::Outside(child) => child,
            Side::Inside(origin) => {
                let answer = match work(origin) {
                    Ok(text) => format!("+{text}"),
                    Err(error) => format!("-{error}"),
                };
                let _ = File::from(input).write_all(answer.as_bytes());
                // SAFETY: ends this process without running what its parent wants run at its end.
                unsafe { libc::_exit(0) }
            }
        };
        drop(input);
        let mut answer = String::new();
        let read = File::from(output).read_to_string(&mut answer);
        while let Err(rustix::io::Errno::INTR) = waitpid(Some(child), WaitOptions::empty()) {}
        read.map(|_| answer)
    };
    let answer = tried().map_err(|error| error.to_string())?;
    match answer.split_at_checked(1) {
        Some(("+", text)) => Ok(text.to_owned()),
        Some(("-", text)) => Err(text.to_owned()),
        _ => Err("the process that tried it was ended".to_owned()),
    }
}

fn user(job: &Job) -> Result<String, String> {
    let outside = link("user").map_err(|error| error.to_string())?;
    let superuser = geteuid().is_root();
    // The superuser makes it within; for others it comes with any other one.
    within(if superuser { 0 } else { libc::CLONE_NEWUTS }, |origin| {
        match (superuser, job.uid) {
            (true, Some(uid)) => become_stranger(uid)?,
            (true, None) => return Err(io::Error::other("nodes can be given no user of their own here")),
            (false, _) => origin.stay()?,
        }
        another(&outside, "user")
    })
    .map_err(|error| error.trim_start_matches("user namespace: ").to_owned())
}

fn namespace(name: &str, flag: libc::c_int) -> Result<String, String> {
    let kind = match flag {
        libc::CLONE_NEWPID => "pid",
        libc::CLONE_NEWNS => "mnt",
        libc::CLONE_NEWIPC => "ipc",
        libc::CLONE_NEWUTS => "uts",
        _ => "net",
    };
    let outside = link(kind).map_err(|error| error.to_string())?;
    let found = within(flag, |_| {
        if flag == libc::CLONE_NEWNET {
            loopback_up()?;
        }
        another(&outside, kind)
    });
    found.map_err(|error| error.trim_start_matches(&format!("{name}: ")).to_owned())
}

fn link(kind: &str) -> io::Result<std::path::PathBuf> {
    fs::read_link(format!("/proc/self/ns/{kind}"))
}

/// A call that says it went well and did nothing is not believed.
fn another(outside: &std::path::Path, kind: &str) -> io::Result<String> {
    if link(kind)? == outside { Err(io::Error::other("it is not a new one")) } else { Ok("can be made".to_owned()) }
}

fn private_root(job: &Job, walls: &Walls, origin: Origin) -> io::Result<String> {
    if !origin.is_superuser() {
        origin.stay()?;
    }
    rustix::process::umask(rustix::fs::Mode::empty());
    root::build(&world::view(job, walls))?;
    only_shown()?;
    Ok("with a /proc of its own".to_owned())
}

fn only_shown() -> io::Result<()> {
    if root::has("etc/shadow") || root::has("root/.ssh") || !root::has("proc/1/stat") {
        return Err(io::Error::other("the machine's files are still there"));
    }
    Ok(())
}

fn capabilities() -> io::Result<String> {
    give_up_capabilities()?;
    set_no_new_privs(true)?;
    without_capabilities()?;
    Ok("and none can be gained".to_owned())
}

fn without_capabilities() -> io::Result<()> {
    let status = fs::read_to_string("/proc/self/status")?;
    let is = |name: &str, value: u64| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        line.and_then(|text| u64::from_str_radix(text, 16).ok()) == Some(value)
    };
    if is("CapEff:", 0) && is("CapPrm:", 0) && is("NoNewPrivs:", 1) {
        Ok(())
    } else {
        Err(io::Error::other("some capabilities stay"))
    }
}

fn filter() -> io::Result<String> {
    set_no_new_privs(true)?;
    seccomp::restrict()?;
    holds_back()?;
    Ok("of our own list".to_owned())
}

fn holds_back() -> io::Result<()> {
    // SAFETY: neither call reads memory: both are refused before, or fail.
    let (key, trace) = unsafe {
        let key = libc::syscall(libc::SYS_keyctl, 0, -1, 0);
        (key, libc::syscall(libc::SYS_ptrace, libc::PTRACE_PEEKTEXT, 0, 0, 0))
    };
    match (key, trace, io::Error::last_os_error().raw_os_error()) {
        (-1, -1, Some(libc::EPERM)) => Ok(()),
        _ => Err(io::Error::other("the seccomp filter holds nothing back")),
    }
}

fn landlock() -> Result<String, String> {
    match landlocked::version() {
        None => Err("the kernel does not have it or does not let it; the other walls hold without it".to_owned()),
        Some(version) if version < landlocked::NEWEST => {
            Ok(format!("version {version} of {}; the other walls hold the rest", landlocked::NEWEST))
        }
        Some(version) => Ok(format!("version {version}")),
    }
}

fn with_settings(why: String) -> String {
    let blame = SETTINGS.iter().find(|(_, file, bad)| fs::read_to_string(file).is_ok_and(|value| value.trim() == *bad));
    match blame {
        Some((name, _, bad)) => format!("{why}; {name} is {bad}"),
        None => why,
    }
}
