//! The start of a node's first process, with or without walls around it.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::process::Pid;

use super::output::{Output, Sink};
use crate::local::protocol::{Capture, Job};

/// The node's ends of its streams.
pub struct Ends {
    answers: Option<OwnedFd>,
    output: OwnedFd,
    errors: OwnedFd,
}

/// The streams of a node: what is kept of its output, and its own ends.
///
/// # Errors
/// From the system.
pub fn streams(job: &Job) -> io::Result<([Output; 2], Ends)> {
    let (output, input) = stream()?;
    let (outputs, errors) = match job.capture {
        None => {
            let log = Sink::log(&job.log, job.log_limit);
            ([Output::kept(output, log), Output::none()], input.try_clone()?)
        }
        Some(Capture { limit, .. }) => {
            let (second, errors) = stream()?;
            ([Output::kept(output, Sink::memory(limit)), Output::kept(second, Sink::memory(limit))], errors)
        }
    };
    let answers = match job.capture {
        Some(Capture { say_yes: true, .. }) => Some(yes_again_and_again()?),
        _ => None,
    };
    Ok((outputs, Ends { answers, output: input, errors }))
}

/// The supervisor's own program where the node is one: by its descriptor, since the way to it may be closed to the node.
///
/// # Errors
/// From the system.
pub fn own_program(job: &Job) -> io::Result<Option<File>> {
    match job.program {
        Some(_) => Ok(None),
        None => File::open("/proc/self/exe").map(Some),
    }
}

/// Starts the node's first process; `confine` makes a stranger of it between fork and exec.
///
/// # Errors
/// When it cannot be confined or executed.
pub fn launch(
    job: &Job,
    own_program: Option<&File>,
    ends: Ends,
    confine: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) -> io::Result<Pid> {
    let mut command = match (&job.program, own_program) {
        (Some(program), _) => Command::new(program),
        (None, Some(own)) => {
            let mut command = Command::new(format!("/proc/self/fd/{}", own.as_raw_fd()));
            command.arg0("keyrack");
            command
        }
        (None, None) => return Err(io::Error::other("there is no program to start")),
    };
    command
        .args(&job.args)
        .env_clear()
        .envs(&job.variables)
        .current_dir(&job.folder)
        .stdin(ends.answers.map_or_else(Stdio::null, Stdio::from))
        .stdout(ends.output)
        .stderr(ends.errors);
    // SAFETY: this process has one thread, so the child may do whatever the parent may.
    unsafe { command.pre_exec(confine) };
    let child = command.spawn().map_err(|error| {
        let shown = match &job.program {
            Some(program) => format!("“{}”", program.display()),
            None => "the built-in program".to_owned(),
        };
        io::Error::new(error.kind(), format!("{shown} cannot be started: {error}"))
    })?;
    Ok(Pid::from_raw(child.id() as i32).expect("a child's id is positive"))
}

/// A pipe whose reading end does not block.
fn stream() -> io::Result<(OwnedFd, OwnedFd)> {
    let (output, input) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&output, true)?;
    Ok((output, input))
}

/// A pipe with as many lines of “y” as fit into it: more than any program asks.
fn yes_again_and_again() -> io::Result<OwnedFd> {
    let (output, input) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&input, true)?;
    rustix::io::write(&input, &b"y\n".repeat(8 * 1024))?;
    Ok(output)
}
