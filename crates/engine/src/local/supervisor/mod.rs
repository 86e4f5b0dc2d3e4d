//! The supervisor of one node: a process of its own between the server and the node's processes.
//!
//! It starts the node, keeps its output, and ends everything that the node ever started when the server says so, when
//! the node's first process ends, and when the server is gone. It has one thread and one loop, so that forking is safe
//! and nothing can be missed (a second thread, which carries connections out of the walls, begins once nothing is forked
//! any more); it reads all it needs from its standard input.

mod bounds;
mod confine;
mod context;
mod landlocked;
mod launch;
mod lines;
mod output;
mod signals;
mod system;
mod tree;
mod user;
mod walled;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;
use rustix::process::Pid;

use super::protocol::{Assignment, Job, Order, Report};
use confine::Confinement;
use launch::{Ends, launch, own_program, streams};
use lines::LineBuffer;
use output::Output;
use signals::{SignalFd, wait_for};
use walled::{News, Walled};

/// What a node's processes get to end by themselves when somebody ends the supervisor instead of the server.
const SIGNALLED_GRACE: Duration = Duration::from_secs(2);

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
    bounds::close_inherited()?;
    let signals = SignalFd::new(&[libc::SIGCHLD, libc::SIGTERM, libc::SIGINT, libc::SIGHUP])?;
    let _ = rustix::thread::set_name(c"keyrack-node");
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let mut commands = LineBuffer::new();
    let job: Job = match commands.wait()?.map(|line| serde_json::from_str(&line)).transpose()? {
        Some(Assignment::Run(job)) => job,
        Some(Assignment::Examine { job, each }) => {
            let found = job.walls.as_ref().map(|walls| walled::examine::examine(&job, walls, each));
            report(&Report::Examined(found.unwrap_or_default()));
            return Ok(());
        }
        None => return Ok(()),
    };
    let _lock = lock(&job)?;
    let (outputs, ends) = streams(&job)?;
    let tree = Tree::start(&job, ends)?;
    report(&Report::Started { pid: tree.top().as_raw_pid() });
    let mut supervision = Supervision { tree, ended: None, deadline: None, outputs };
    supervision.until_nothing_is_left(&signals, commands)?;
    report(&supervision.last_report());
    Ok(())
}

/// The node's processes.
enum Tree {
    /// Below this process, which they cannot leave: it is their subreaper.
    Plain(Pid),
    Walled(Walled),
}

impl Tree {
    fn start(job: &Job, ends: Ends) -> io::Result<Tree> {
        let own = own_program(job)?;
        match &job.walls {
            Some(walls) => Walled::start(job, walls, own.as_ref(), ends).map(Tree::Walled),
            None => {
                let mut confinement = Confinement::prepare(job, own.as_ref().map(AsFd::as_fd))?;
                launch(job, own.as_ref(), ends, move || confinement.apply()).map(Tree::Plain)
            }
        }
    }

    fn top(&self) -> Pid {
        match self {
            Tree::Plain(leader) => *leader,
            Tree::Walled(walled) => walled.init(),
        }
    }
}

/// How the node's first process ended: by itself with a code, or by a signal.
#[derive(Clone, Copy)]
struct Ended {
    code: Option<i32>,
    signal: Option<i32>,
}

struct Supervision {
    tree: Tree,
    ended: Option<Ended>,
    /// When everything is ended for certain; set as soon as it is to stop.
    deadline: Option<Instant>,
    outputs: [Output; 2],
}

impl Supervision {
    fn until_nothing_is_left(&mut self, signals: &SignalFd, mut commands: LineBuffer) -> io::Result<()> {
        let mut orders_open = true;
        while self.reap() {
            if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                self.end();
                break;
            }
            let stdin = io::stdin();
            // A closed stream stays readable for ever, so it is not asked any more; signals stand in its place.
            let watched = [
                signals.as_fd(),
                if orders_open { stdin.as_fd() } else { signals.as_fd() },
                self.outputs[0].stream.as_ref().map_or(signals.as_fd(), AsFd::as_fd),
                self.outputs[1].stream.as_ref().map_or(signals.as_fd(), AsFd::as_fd),
                match &self.tree {
                    Tree::Walled(walled) if self.ended.is_none() => walled.as_fd(),
                    _ => signals.as_fd(),
                },
            ];
            let [signalled, ordered, first, second, told] = wait_for(watched, self.deadline)?;
            if signalled && signals.take()? {
                self.stop(SIGNALLED_GRACE);
            }
            if told {
                self.listen();
            }
            if ordered && orders_open {
                orders_open = commands.fill()?;
                while let Some(line) = commands.next() {
                    if let Ok(order) = serde_json::from_str(&line) {
                        self.obey(order);
                    }
                }
                if !orders_open {
                    // The server is gone, and whoever comes next must find nothing of the node.
                    self.stop(Duration::ZERO);
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

    /// Takes note of who ended; false when nothing is left. With its first process a node ends as a whole.
    fn reap(&mut self) -> bool {
        let left = match &self.tree {
            // What its first process said before its end may still be unread.
            Tree::Walled(_) => self.ended.is_none(),
            Tree::Plain(leader) => {
                let (leader, ended) = (*leader, &mut self.ended);
                tree::reap(|pid, status| {
                    if pid == leader {
                        *ended = Some(Ended { code: status.exit_status(), signal: status.terminating_signal() });
                    }
                })
            }
        };
        if self.ended.is_some() && self.deadline.is_none() {
            self.deadline = Some(Instant::now());
        }
        if let (Tree::Walled(walled), false) = (&self.tree, left) {
            walled.end();
        }
        left
    }

    fn end(&mut self) {
        match &self.tree {
            Tree::Walled(walled) => walled.end(),
            Tree::Plain(leader) => {
                let (leader, ended) = (*leader, &mut self.ended);
                tree::end(|pid, status| {
                    if pid == leader {
                        *ended = Some(Ended { code: status.exit_status(), signal: status.terminating_signal() });
                    }
                });
            }
        }
        self.ended.get_or_insert(Ended { code: None, signal: Some(libc::SIGKILL) });
    }

    fn listen(&mut self) {
        let Tree::Walled(walled) = &mut self.tree else { return };
        match walled.listen() {
            News::Ended { code, signal } => self.ended = Some(Ended { code, signal }),
            News::OutOfMemory(taken) => {
                let line =
                    format!("keyrack: the node took {} MiB of memory, more than it may, and was ended\n", taken >> 20);
                self.outputs[0].sink.write(line.as_bytes());
                self.ended = Some(Ended { code: None, signal: Some(libc::SIGKILL) });
            }
            News::Nothing => {}
        }
    }

    fn obey(&mut self, order: Order) {
        match (&mut self.tree, order) {
            (_, Order::Stop { grace }) => self.stop(Duration::from_millis(grace)),
            (Tree::Walled(walled), Order::Limit { memory }) => walled.limit(memory),
            (Tree::Walled(walled), Order::Reach { port }) => walled.reach(port),
            (Tree::Walled(walled), Order::Leave { port }) => walled.leave(port),
            (Tree::Plain(_), _) => {}
        }
    }

    fn stop(&mut self, grace: Duration) {
        let deadline = Instant::now() + grace;
        match self.deadline {
            // A second request can only shorten the wait.
            Some(old) => self.deadline = Some(old.min(deadline)),
            None => {
                self.deadline = Some(deadline);
                match &self.tree {
                    Tree::Plain(leader) => tree::ask_to_end(*leader),
                    Tree::Walled(walled) => walled.ask_to_end(),
                }
            }
        }
    }

    fn last_report(&self) -> Report {
        Report::Exited {
            code: self.ended.and_then(|ended| ended.code),
            signal: self.ended.and_then(|ended| ended.signal),
            out: self.outputs[0].sink.text(),
            err: self.outputs[1].sink.text(),
        }
    }
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
