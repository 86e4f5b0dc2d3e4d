//! The real program in a folder of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub struct Program {
    folder: tempfile::TempDir,
    /// Another database than the folder's own.
    database: Option<String>,
    child: Option<Child>,
    url: String,
    email: String,
    password: String,
    http: reqwest::Client,
}

impl Program {
    /// Starts it with a demo account.
    pub async fn start(database: Option<String>) -> Program {
        let folder = tempfile::tempdir().expect("a folder");
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().expect("a client");
        let mut program = Program {
            folder,
            database,
            child: None,
            url: String::new(),
            email: String::new(),
            password: String::new(),
            http,
        };
        let mut lines = program.spawn("127.0.0.1:0");
        while program.url.is_empty() || program.password.is_empty() {
            let line = next(&mut lines).await;
            if let Some(url) = line.strip_prefix("Keyrack is listening on ") {
                program.url = url.to_owned();
            } else if let Some(email) = line.trim_start().strip_prefix("Email ") {
                program.email = email.trim().to_owned();
            } else if let Some(password) = line.trim_start().strip_prefix("Password ") {
                program.password = password.trim().to_owned();
            }
        }
        program
    }

    /// After it was killed.
    pub async fn wait_until_dead(&mut self) {
        let mut dead = self.child.take().expect("it ran");
        dead.wait().await.expect("it ended");
    }

    /// Starts it again on the same address.
    pub async fn restart(&mut self) {
        let address = self.url.strip_prefix("http://").expect("an address").to_owned();
        let mut lines = self.spawn(&address);
        while !next(&mut lines).await.starts_with("Keyrack is listening on ") {}
    }

    /// Ends it as an operator would.
    pub async fn stop(&mut self) {
        let mut child = self.child.take().expect("it runs");
        signal(&child, rustix::process::Signal::TERM);
        let ended = tokio::time::timeout(Duration::from_secs(15), child.wait()).await.expect("it ends in time");
        assert!(ended.expect("it ended").success());
    }

    /// Kills it a while after its work has begun, whatever it does then.
    pub fn kill_after(&self, begun: Arc<Notify>, pause: Duration) -> JoinHandle<()> {
        let pid = self.child.as_ref().and_then(Child::id).expect("it runs");
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).expect("a pid")).expect("a pid");
        tokio::spawn(async move {
            begun.notified().await;
            tokio::time::sleep(pause).await;
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it was there");
        })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn password(&self) -> &str {
        &self.password
    }

    /// Runs another command on the same data.
    pub fn command(&self, arguments: &[&str]) -> Output {
        std::process::Command::new(program()).args(arguments).args(self.data_options()).output().expect("it runs")
    }

    pub async fn sign_in(&self) -> String {
        let fields = [("login", self.email.as_str()), ("password", self.password.as_str())];
        let answer = self.call("users/authentication", "Signin", &fields, "").await.expect("an answer");
        answer["session"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    pub async fn check_sign(&self, credential: &str) -> Value {
        self.call("users/authentication", "CheckSign", &[], credential).await.expect("an answer")
    }

    /// Calls a method; `None` when the server went away before it answered.
    pub async fn call(&self, class: &str, method: &str, fields: &[(&str, &str)], credential: &str) -> Option<Value> {
        let url = format!("{}/1.0/{class}/rest/{}", self.url, method.to_lowercase());
        let mut request = self.http.post(url).form(fields);
        if !credential.is_empty() {
            request = request.bearer_auth(credential);
        }
        request.send().await.ok()?.json().await.ok()
    }

    /// The options that say where everything is.
    fn data_options(&self) -> Vec<&OsStr> {
        let mut options = vec![OsStr::new("--data"), self.folder.path().as_os_str()];
        if let Some(url) = &self.database {
            options.extend([OsStr::new("--database"), OsStr::new(url)]);
        }
        options
    }

    fn spawn(&mut self, address: &str) -> tokio::io::Lines<BufReader<ChildStdout>> {
        let mut child = Command::new(program())
            .args(["serve", "--demo", "--listen", address])
            .args(self.data_options())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let stdout = child.stdout.take().expect("its output");
        self.child = Some(child);
        BufReader::new(stdout).lines()
    }
}

async fn next(lines: &mut tokio::io::Lines<BufReader<ChildStdout>>) -> String {
    let line =
        tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.expect("it says something in time");
    line.expect("its output").expect("it is still there")
}

fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_keyrack").into()
}

fn signal(child: &Child, signal: rustix::process::Signal) {
    let pid =
        rustix::process::Pid::from_raw(i32::try_from(child.id().expect("it runs")).expect("a pid")).expect("a pid");
    rustix::process::kill_process(pid, signal).expect("it is there");
}
