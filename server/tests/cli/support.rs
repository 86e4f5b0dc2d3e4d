//! Running the real binary.

use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sqlx::Connection;

pub const PASSWORD: &str = "correct horse battery staple";

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// The one line that it left on stderr.
    pub fn line(&self) -> &str {
        let mut lines = self.stderr.lines();
        let line = lines.next().unwrap_or_else(|| panic!("a line on stderr: {self:?}"));
        assert_eq!(lines.next(), None, "one line only: {}", self.stderr);
        line
    }
}

/// The binary, with nothing of this process's environment that it would read.
pub fn keyrack(args: &[&str], data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrack"));
    command.args(args).arg("--data").arg(data);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEYRACK_") {
            command.env_remove(name);
        }
    }
    command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end, with this on its standard input.
pub fn run(mut command: Command, input: &str) -> Ended {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A command that ends without reading closes the pipe; that is its right.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let status = wait(&mut child, Duration::from_secs(30));
    let mut ended = Ended { code: status.code().expect("an exit code"), stdout: String::new(), stderr: String::new() };
    child.stdout.take().unwrap().read_to_string(&mut ended.stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut ended.stderr).unwrap();
    ended
}

/// Makes a user in this data folder.
pub fn create_account(data: &Path, email: &str) -> Ended {
    run(keyrack(&["account", "create", email, "--password-stdin"], data), &format!("{PASSWORD}\n"))
}

fn wait(child: &mut Child, most: Duration) -> ExitStatus {
    let until = Instant::now() + most;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("it did not end within {most:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A running server; killed when the test is over, however it ends.
pub struct Running {
    child: Child,
    /// `127.0.0.1:31415`
    pub address: String,
    /// Everything on stdout up to the line that says that it listens.
    pub greeting: Vec<String>,
}

impl Running {
    /// Starts on a free port and waits until it says that it listens.
    pub fn start(data: &Path, args: &[&str]) -> Running {
        Running::when_listening(Running::command(data, args, "error", Stdio::inherit())).0
    }

    /// As [`Running::start`], with these variables.
    pub fn start_with(data: &Path, args: &[&str], variables: &[(&str, &str)]) -> Running {
        let mut command = keyrack(&[&["serve", "--listen", "127.0.0.1:0"], args].concat(), data);
        command.env("RUST_LOG", "error").stderr(Stdio::inherit()).envs(variables.iter().copied());
        Running::when_listening(command).0
    }

    /// As [`Running::start`], by somebody who ignores SIGHUP, as `nohup` does.
    pub fn start_ignoring_hangups(data: &Path) -> Running {
        let server = keyrack(&["serve", "--listen", "127.0.0.1:0"], data);
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(server.get_program()).args(server.get_args());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        Running::when_listening(command).0
    }

    /// As [`Running::start`], with what is logged at this level going to what is handed out beside it.
    pub fn start_with_log(data: &Path, args: &[&str], level: &str) -> (Running, impl BufRead + use<>) {
        Running::of(Running::command(data, args, level, Stdio::piped()))
    }

    /// A command that is a server, with its log beside it.
    pub fn of(command: Command) -> (Running, impl BufRead + use<>) {
        let (running, log) = Running::when_listening(command);
        (running, log.unwrap())
    }

    fn command(data: &Path, args: &[&str], log: &str, stderr: Stdio) -> Command {
        let mut all = vec!["serve"];
        if !args.contains(&"--listen") {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        all.extend(args);
        let mut command = keyrack(&all, data);
        command.env("RUST_LOG", log).stderr(stderr);
        command
    }

    /// With its log, where the command has a pipe for it. It is read from the first line on: a server whose log is full waits.
    fn when_listening(mut command: Command) -> (Running, Option<BufReader<Pipe>>) {
        let mut child = command.spawn().unwrap();
        let log = child.stderr.take().map(|stderr| BufReader::new(Pipe::drained(stderr)));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut greeting = Vec::new();
        let address = loop {
            let line = lines.next().expect("the line that says that it listens").unwrap();
            greeting.push(line.clone());
            if let Some(address) = line.strip_prefix("Keyrack is listening on http://") {
                break address.to_owned();
            }
        };
        (Running { child, address, greeting }, log)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) {
        wait(&mut self.child, Duration::from_secs(10));
    }

    /// Ends it as a service manager does, and answers its exit code.
    pub fn stop(&mut self) -> i32 {
        self.stop_by(rustix::process::Signal::TERM)
    }

    /// Ends it by this signal, and answers its exit code.
    pub fn stop_by(&mut self, signal: rustix::process::Signal) -> i32 {
        rustix::process::kill_process(self.pid(), signal).unwrap();
        wait(&mut self.child, Duration::from_secs(10)).code().expect("an exit code, not a signal")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Opens the database in this data folder as any program could.
pub async fn connect(data: &Path) -> sqlx::AnyConnection {
    sqlx::any::install_default_drivers();
    sqlx::AnyConnection::connect(&keyrack_domain::store::Store::sqlite_url(data)).await.unwrap()
}

/// What a program writes, read as soon as it is written and kept until somebody asks for it.
pub struct Pipe {
    chunks: mpsc::Receiver<Vec<u8>>,
    rest: Cursor<Vec<u8>>,
}

impl Pipe {
    fn drained(mut from: ChildStderr) -> Pipe {
        let (sender, chunks) = mpsc::channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = from.read(&mut chunk) {
                _ = sender.send(chunk[..length].to_vec());
            }
        });
        Pipe { chunks, rest: Cursor::default() }
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.rest.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            match self.chunks.recv() {
                Ok(chunk) => self.rest = Cursor::new(chunk),
                Err(_) => return Ok(0),
            }
        }
    }
}
