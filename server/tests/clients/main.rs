//! Programs that others wrote, against the real server: a validator, a fuzzer, and published clients.
//!
//! They are of Python and Node.js; `.ci/need python` and `.ci/need clients` install them. Where one of these cannot be had its
//! tests are skipped and say so, except under `CI=true`.

#[path = "../cli/support.rs"]
#[allow(dead_code)]
mod support;

mod generated;
mod jelastic;
mod openapi;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::Running;

/// How `.ci/need` says that something was skipped.
const SKIPPED: i32 = 3;

/// The Python that has the packages of this folder, or `None` where it cannot be had.
fn python() -> Option<PathBuf> {
    need("python")
}

/// The folder of the Node.js packages of this folder, or `None` where Node.js cannot be had.
fn node_modules() -> Option<PathBuf> {
    need("clients")
}

/// The path that `.ci/need` prints.
fn need(what: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let need = Command::new(root.join(".ci/need")).arg(what).stderr(Stdio::inherit()).output().unwrap();
    match need.status.code() {
        Some(0) => Some(String::from_utf8(need.stdout).unwrap().trim_end().into()),
        Some(SKIPPED) => None,
        other => panic!("what “{what}” stands for cannot be installed: {other:?}"),
    }
}

/// A server with the demo account, and what its client has to know.
struct Demo {
    server: Running,
    email: String,
    password: String,
    folder: tempfile::TempDir,
}

impl Demo {
    fn start(args: &[&str]) -> Demo {
        let folder = tempfile::tempdir().unwrap();
        let server = Running::start(&folder.path().join("data"), &[&["--demo"], args].concat());
        let told = |name: &str| {
            let lines = server.greeting.iter().map(|line| line.trim_start());
            let value = lines.filter_map(|line| line.strip_prefix(name)).next();
            value.unwrap_or_else(|| panic!("{name} in {:?}", server.greeting)).trim().to_owned()
        };
        let (email, password) = (told("Email "), told("Password "));
        Demo { server, email, password, folder }
    }

    /// A program that gets this server's address and account in `KEYRACK_URL`, `KEYRACK_EMAIL` and `KEYRACK_PASSWORD`.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("NO_PROXY", "*")
            .env("KEYRACK_URL", self.server.url(""))
            .env("KEYRACK_EMAIL", &self.email)
            .env("KEYRACK_PASSWORD", &self.password)
            .stdin(Stdio::null());
        command
    }
}

/// Runs a program to its end; what it said is shown when it fails.
fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{text}", output.status);
    text.into_owned()
}
