//! The supervisor of one node: a process of its own between the server and the node's processes.
//!
//! It starts the node, keeps its output, and ends everything that the node ever started when the server says so, when
//! the node's first process ends, and when the server is gone. It has one thread and one loop, so that forking is safe
//! and nothing can be missed; it reads all it needs from its standard input.

mod confine;
mod output;
mod tree;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::FlockOperation;
use rustix::process::{Pid, WaitStatus};

use super::protocol::{Capture, Job, Order, Report};
use confine::Confinement;
use output::{Log, Sink};

/// Runs this process as a node's supervisor until nothing of the node is left. Call it before any thread is started.
pub fn supervise() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&Report::Failed { why: error.to_string() });
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    close_inherited()?;
    let signals = SignalFd::new(&[libc::SIGCHLD, libc::SIGTERM, libc::SIGINT, libc::SIGHUP])?;
    let _ = rustix::thread::set_name(c"keyrack-node");
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let mut commands = LineBuffer::new();
    let job: Job = match commands.wait()? {
        Some(line) => serde_json::from_str(&line)?,
        None => return Ok(()),
    };
    let _lock = lock(&job)?;
    let (outputs, leader) = start(&job)?;
    report(&Report::Started { pid: leader.as_raw_pid() });
    let mut supervision = Supervision {
        leader,
        ended: None,
        deadline: None,
        outputs,
        orphan_grace: Duration::from_millis(job.orphan_grace),
    };
    supervision.until_nothing_is_left(&signals, commands)?;
    report(&supervision.last_report());
    Ok(())
}

struct Supervision {
    leader: Pid,
    /// How the first process ended.
    ended: Option<WaitStatus>,
    /// When everything is ended for certain; set as soon as it is to stop.
    deadline: Option<Instant>,
    outputs: [Output; 2],
    orphan_grace: Duration,
}

/// One stream of the node's output; none when it comes with the other one, or when it has ended.
struct Output {
    stream: Option<OwnedFd>,
    sink: Sink,
}

impl Supervision {
    fn until_nothing_is_left(&mut self, signals: &SignalFd, mut commands: LineBuffer) -> io::Result<()> {
        let mut orders_open = true;
        while self.reap() {
            if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                let (leader, ended) = (self.leader, &mut self.ended);
                tree::end(|pid, status| {
                    if pid == leader {
                        *ended = Some(status);
                    }
                });
                break;
            }
            let stdin = io::stdin();
            // A closed stream stays readable for ever, so it is not asked any more; signals stand in its place.
            let watched = [
                signals.0.as_fd(),
                if orders_open { stdin.as_fd() } else { signals.0.as_fd() },
                self.outputs[0].stream.as_ref().map_or(signals.0.as_fd(), AsFd::as_fd),
                self.outputs[1].stream.as_ref().map_or(signals.0.as_fd(), AsFd::as_fd),
            ];
            let [signalled, ordered, first, second] = wait_for(watched, self.deadline)?;
            if signalled && signals.take()? {
                self.stop(self.orphan_grace);
            }
            if ordered && orders_open {
                orders_open = commands.fill()?;
                while let Some(line) = commands.next() {
                    if let Ok(Order::Stop { grace }) = serde_json::from_str(&line) {
                        self.stop(Duration::from_millis(grace));
                    }
                }
                if !orders_open {
                    self.stop(self.orphan_grace);
                }
            }
            for (output, written) in self.outputs.iter_mut().zip([first, second]) {
                if written {
                    output.keep();
                }
            }
        }
        for output in &mut self.outputs {
            while let Some(stream) = &output.stream
                && wait_for([stream.as_fd()], Some(Instant::now()))?[0]
            {
                output.keep();
            }
        }
        Ok(())
    }

    /// Takes note of who ended; false when nobody is left. With its first process a node ends as a whole.
    fn reap(&mut self) -> bool {
        let (leader, ended) = (self.leader, &mut self.ended);
        let left = tree::reap(|pid, status| {
            if pid == leader {
                *ended = Some(status);
            }
        });
        if self.ended.is_some() && self.deadline.is_none() {
            self.deadline = Some(Instant::now());
        }
        left
    }

    fn stop(&mut self, grace: Duration) {
        let deadline = Instant::now() + grace;
        match self.deadline {
            // A second request can only shorten the wait.
            Some(old) => self.deadline = Some(old.min(deadline)),
            None => {
                self.deadline = Some(deadline);
                tree::ask_to_end(self.leader);
            }
        }
    }

    fn last_report(&self) -> Report {
        Report::Exited {
            code: self.ended.and_then(WaitStatus::exit_status),
            signal: self.ended.and_then(WaitStatus::terminating_signal),
            out: self.outputs[0].sink.text(),
            err: self.outputs[1].sink.text(),
        }
    }
}

impl Output {
    /// Keeps a piece of the output. One piece at a time, so that a flood holds up nothing else.
    fn keep(&mut self) {
        let Some(stream) = &self.stream else { return };
        let mut piece = [0; 64 * 1024];
        match rustix::io::read(stream, &mut piece) {
            Ok(0) => self.stream = None,
            Ok(length) => self.sink.write(&piece[..length]),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
            Err(_) => self.stream = None,
        }
    }
}

/// Starts the node's first process; its output comes through the streams.
fn start(job: &Job) -> io::Result<([Output; 2], Pid)> {
    let own_program = if job.program.is_none() { Some(File::open("/proc/self/exe")?) } else { None };
    let program = match (&job.program, &own_program) {
        (Some(program), _) => program.clone(),
        // By its descriptor: the way to this program may be closed to the node's user.
        (None, Some(own)) => format!("/proc/self/fd/{}", own.as_raw_fd()).into(),
        (None, None) => unreachable!("one of both is there"),
    };
    let mut confinement = Confinement::prepare(job, own_program.as_ref().map(AsFd::as_fd))?;
    let (output, input) = stream()?;
    let (outputs, errors) = match job.capture {
        None => {
            let log = Sink::Log(Log::open(&job.log, job.log_limit));
            let nothing = Output { stream: None, sink: Sink::Memory { bytes: Vec::new(), limit: 0 } };
            ([Output { stream: Some(output), sink: log }, nothing], input.try_clone()?)
        }
        Some(Capture { limit, .. }) => {
            let (second, errors) = stream()?;
            let kept = |stream| Output { stream: Some(stream), sink: Sink::Memory { bytes: Vec::new(), limit } };
            ([kept(output), kept(second)], errors)
        }
    };
    let answers = match job.capture {
        Some(Capture { say_yes: true, .. }) => yes_again_and_again()?.into(),
        _ => Stdio::null(),
    };
    let mut command = Command::new(&program);
    if own_program.is_some() {
        command.arg0("keyrack");
    }
    command
        .args(&job.args)
        .env_clear()
        .envs(&job.variables)
        .current_dir(&job.folder)
        .stdin(answers)
        .stdout(input)
        .stderr(errors);
    // SAFETY: this process has one thread, so the child may do whatever the parent may.
    unsafe { command.pre_exec(move || confinement.apply()) };
    let child = command.spawn().map_err(|error| {
        let shown =
            if own_program.is_some() { "the built-in program".into() } else { format!("“{}”", program.display()) };
        io::Error::new(error.kind(), format!("{shown} cannot be started: {error}"))
    })?;
    let leader = Pid::from_raw(child.id() as i32).expect("a child's id is positive");
    Ok((outputs, leader))
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

fn lock(job: &Job) -> io::Result<File> {
    let file = File::options().create(true).write(true).truncate(false).mode(0o600).open(&job.lock)?;
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| io::Error::other("an earlier run of this node is still ending"))?;
    Ok(file)
}

/// A supervisor that cannot speak to its server notices that by the end of its input.
fn report(report: &Report) {
    if let Ok(mut line) = serde_json::to_vec(report) {
        line.push(b'\n');
        let mut out = io::stdout();
        let _ = out.write_all(&line).and_then(|()| out.flush());
    }
}

/// Whatever the server had open, its database above all, is no concern of a node.
fn close_inherited() -> io::Result<()> {
    // SAFETY: first thing in this process; nothing here owns a descriptor beyond the standard streams yet.
    match unsafe { libc::close_range(3, libc::c_uint::MAX, 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Waits until something can be read, or until the deadline.
fn wait_for<const N: usize>(watched: [BorrowedFd<'_>; N], deadline: Option<Instant>) -> io::Result<[bool; N]> {
    let mut fds = watched.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let timeout = left.map(|left| Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) });
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(fds.map(|fd| !fd.revents().is_empty())),
        Err(error) => Err(error.into()),
    }
}

/// Signals as something to read.
struct SignalFd(OwnedFd);

impl SignalFd {
    fn new(signals: &[libc::c_int]) -> io::Result<SignalFd> {
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
    fn take(&self) -> io::Result<bool> {
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

/// Lines from the standard input, without a reader that would hide from `poll` what it has read ahead.
struct LineBuffer {
    buffer: Vec<u8>,
}

impl LineBuffer {
    fn new() -> LineBuffer {
        LineBuffer { buffer: Vec::new() }
    }

    /// Reads what is there; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let mut piece = [0; 16 * 1024];
        loop {
            match rustix::io::read(io::stdin(), &mut piece) {
                Ok(length) => {
                    self.buffer.extend_from_slice(&piece[..length]);
                    return Ok(length > 0);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The next whole line that was read.
    fn next(&mut self) -> Option<String> {
        let end = self.buffer.iter().position(|byte| *byte == b'\n')?;
        let line: Vec<u8> = self.buffer.drain(..=end).collect();
        Some(String::from_utf8_lossy(&line).into_owned())
    }

    /// Waits for a line; none when the input ended before.
    fn wait(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(line) = self.next() {
                return Ok(Some(line));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }
}
