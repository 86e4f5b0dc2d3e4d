//! Servers as processes, each with a data folder of its own, on a fresh database.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::Connection;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub const EMAIL: &str = "ada@example.org";
pub const PASSWORD: &str = "correct horse battery staple";

/// A fresh database; dropped afterwards.
pub struct Database {
    /// What ends it; none for another way to the same database.
    ends: Option<(String, String)>,
    pub url: String,
}

impl Database {
    /// `None` where the test run has no PostgreSQL, which is a failure in CI.
    pub async fn fresh() -> Option<Database> {
        let Ok(server) = std::env::var("KEYRACK_TEST_POSTGRES") else {
            assert!(std::env::var("CI").is_err(), "KEYRACK_TEST_POSTGRES is not set");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let random: String = folder.path().file_name().unwrap().to_string_lossy().to_lowercase();
        let name = format!("keyrack{}", random.replace('.', "_"));
        run(&server, &format!("CREATE DATABASE {name}")).await;
        let (base, _) = server.rsplit_once('/').unwrap();
        Some(Database { url: format!("{base}/{name}"), ends: Some((server.clone(), name)) })
    }

    /// The same database by another way.
    pub fn by(url: &str) -> Database {
        Database { ends: None, url: url.to_owned() }
    }

    /// As an operator with a database client would.
    pub async fn run(&self, sql: &str) {
        run(&self.url, sql).await;
    }

    pub async fn text(&self, sql: &str) -> String {
        let mut connection = sqlx::PgConnection::connect(&self.url).await.unwrap();
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        let mut connection = sqlx::PgConnection::connect(&self.url).await.unwrap();
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some((server, name)) = self.ends.take() else { return };
        let sql = format!("DROP DATABASE {name} WITH (FORCE)");
        let dropping = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run(&server, &sql));
        });
        let _ = dropping.join();
    }
}

async fn run(url: &str, sql: &str) {
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

/// One server process.
pub struct Server {
    folder: tempfile::TempDir,
    database: String,
    arguments: Vec<String>,
    child: Option<Child>,
    pub url: String,
    http: reqwest::Client,
}

impl Server {
    pub async fn start(database: &str) -> Server {
        Server::start_with(database, &[]).await
    }

    /// With these arguments besides those that all servers have.
    pub async fn start_with(database: &str, arguments: &[&str]) -> Server {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().unwrap();
        let mut server = Server {
            folder: tempfile::tempdir().unwrap(),
            database: database.to_owned(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            child: None,
            url: String::new(),
            http,
        };
        server.start_again("127.0.0.1:0").await;
        server
    }

    /// Starts it in its folder, at this address.
    pub async fn start_again(&mut self, listen: &str) {
        let mut child = command(self.folder.path(), &self.database)
            .args(["serve", "--listen", listen])
            .args(&self.arguments)
            .stdout(Stdio::piped())
            .stderr(if std::env::var_os("KEYRACK_TEST_LOG").is_some() { Stdio::inherit() } else { Stdio::null() })
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        self.child = Some(child);
        let line = tokio::time::timeout(Duration::from_secs(60), async {
            loop {
                let line = lines.next_line().await.unwrap().expect("it says where it listens");
                if let Some(url) = line.strip_prefix("Keyrack is listening on ") {
                    return url.to_owned();
                }
            }
        });
        self.url = line.await.expect("it starts in time");
        // What it says later has to go somewhere.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    }

    /// The same server once more, after it ended.
    pub async fn restart(&mut self) {
        let listen = self.url.strip_prefix("http://").unwrap().to_owned();
        self.start_again(&listen).await;
    }

    /// A place in its data folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The files in its folder of uploads, also those that are arriving.
    pub fn uploads(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path("uploads")) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Whether it does the work that is done once for all.
    pub async fn works_for_all(&self, database: &Database) -> bool {
        const WORKER: &str = "SELECT count(*) FROM cluster c JOIN servers s ON s.id = c.worker WHERE c.worker_until > \
             extract(epoch FROM clock_timestamp()) * 1000 AND s.address = ";
        database.count(&format!("{WORKER}'{}'", self.url)).await == 1
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = self.child.as_ref().and_then(Child::id).expect("it runs");
        let id = rustix::process::Pid::from_raw(id.cast_signed()).expect("a process has a number");
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// Ends it without a word.
    pub async fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().await.unwrap();
    }

    /// Runs another command of the program to its end.
    pub async fn command(&self, arguments: &[&str], input: &str) {
        use tokio::io::AsyncWriteExt;
        let mut child = command(self.folder.path(), &self.database)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(format!("{input}\n").as_bytes()).await.unwrap();
        assert!(child.wait().await.unwrap().success());
    }

    /// An API call; the answer's JSON.
    pub async fn call(&self, method: &str, credential: &str, fields: &[(&str, &str)]) -> Value {
        self.try_call(method, credential, fields).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    pub async fn try_call(
        &self,
        method: &str,
        credential: &str,
        fields: &[(&str, &str)],
    ) -> Result<Value, reqwest::Error> {
        let (class, name) = method.rsplit_once('.').unwrap();
        let path = format!("/1.0/{}/rest/{name}", class.replace('.', "/")).to_lowercase();
        let mut request = self.http.post(format!("{}{path}", self.url)).form(fields);
        if !credential.is_empty() {
            request = request.bearer_auth(credential);
        }
        request.send().await?.json().await
    }

    /// The result code of a call.
    pub async fn code(&self, method: &str, credential: &str, fields: &[(&str, &str)]) -> i64 {
        self.call(method, credential, fields).await["result"].as_i64().unwrap()
    }

    /// Any request, without following where the answer leads.
    pub fn request(&self, verb: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        http.request(verb, format!("{}{path}", self.url))
    }

    pub async fn sign_in(&self) -> String {
        self.sign_in_as(EMAIL).await
    }

    pub async fn sign_in_as(&self, email: &str) -> String {
        let answer = self.call("users.authentication.Signin", "", &[("login", email), ("password", PASSWORD)]).await;
        answer["session"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Id and secret of a new token that opens these methods.
    pub async fn token(&self, session: &str, methods: &str) -> (String, String) {
        let fields = [("description", "A token"), ("password", PASSWORD), ("apiList", methods)];
        let answer = self.call("users.authentication.CreateToken", session, &fields).await;
        let token = &answer["token"];
        (token["id"].to_string(), token["key"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned())
    }

    /// Makes an environment of one node and waits until it runs.
    pub async fn environment(&self, session: &str, name: &str) {
        let env = format!(r#"{{"shortdomain":"{name}"}}"#);
        let nodes = r#"[{"nodeType":"docker","nodeGroup":"cp","count":1,"docker":{"image":"keyrack/web:1"}}]"#;
        let fields = [("env", env.as_str()), ("nodes", nodes)];
        let answer = self.call("environment.control.CreateEnvironment", session, &fields).await;
        assert_eq!(answer["result"], 0, "{answer}");
        until(&format!("{name} runs"), async || self.status(session, name).await == 1).await;
    }

    /// The status code of an environment, as this server tells it.
    pub async fn status(&self, session: &str, name: &str) -> i64 {
        let answer = self.call("environment.control.GetEnvInfo", session, &[("envName", name)]).await;
        answer["env"]["status"].as_i64().unwrap_or_else(|| panic!("{answer}"))
    }
}

/// Two servers with one account.
pub async fn two(database: &Database) -> (Server, Server) {
    let one = Server::start(&database.url).await;
    one.command(&["account", "create", EMAIL, "--password-stdin"], PASSWORD).await;
    let other = Server::start(&database.url).await;
    (one, other)
}

fn command(folder: &Path, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrack"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEYRACK_") {
            command.env_remove(name);
        }
    }
    command.env("KEYRACK_DATA", folder).env("KEYRACK_DATABASE", database);
    command
}

/// Waits until it is so.
pub async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !so().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not come to this: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
