//! PostgreSQL over TLS, on a cluster of our own that takes no other connection.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::Connection;

use crate::certificates::{Authority, Certificate};
use crate::support::{Ended, PASSWORD, Running, create_account, keyrack, run};

/// A PostgreSQL with `ssl=on` whose certificate is for `localhost`.
struct Cluster {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
    authority: Authority,
}

impl Cluster {
    /// `None` where the tests on PostgreSQL do not run at all.
    fn start() -> Option<Cluster> {
        if std::env::var("KEYRACK_TEST_POSTGRES").is_err() {
            assert!(std::env::var("CI").is_err(), "KEYRACK_TEST_POSTGRES is not set");
            eprintln!("skipped: KEYRACK_TEST_POSTGRES is not set");
            return None;
        }
        let bin = programs()?;
        let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::generate());
        let user = other_user();
        let at = |name: &str| folder.path().join(name);
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let command = |name: &str| {
            let mut command = Command::new(bin.join(name));
            command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command
        };
        let made = command("initdb")
            .arg("-D")
            .arg(at("data"))
            .args(["-U", "keyrack", "-A", "trust", "-E", "UTF8", "--no-sync"])
            .status();
        assert!(made.unwrap().success());
        let write = |name: &str, text: &str, mode: u32| {
            fs::write(at(name), text).unwrap();
            fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
            if let Some((uid, gid)) = user {
                chown(at(name), Some(uid), Some(gid)).unwrap();
            }
        };
        let certificate = authority.sign("localhost");
        write("server.pem", &certificate.pem, 0o644);
        write("server.key", &certificate.key, 0o600);
        write("ca.pem", &authority.pem, 0o644);
        write("other.pem", &Authority::generate().pem, 0o644);
        let Certificate { pem, key } = authority.sign("certified");
        write("client.pem", &pem, 0o644);
        write("client.key", &key, 0o600);
        write(
            "data/pg_hba.conf",
            "local all all trust\nhostssl all certified all cert\nhostssl all all all trust\n",
            0o600,
        );
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut postgres = command("postgres");
        postgres.arg("-D").arg(at("data")).args(["-p", &port.to_string()]).arg("-k").arg(folder.path());
        for (name, value) in [
            ("ssl", "on".to_owned()),
            ("ssl_cert_file", at("server.pem").display().to_string()),
            ("ssl_key_file", at("server.key").display().to_string()),
            ("ssl_ca_file", at("ca.pem").display().to_string()),
            ("listen_addresses", "127.0.0.1".to_owned()),
            ("fsync", "off".to_owned()),
        ] {
            postgres.arg("-c").arg(format!("{name}={value}"));
        }
        let mut process = postgres.env("LC_ALL", "C").stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains("ready to accept connections")), "PostgreSQL did not start");
        // Its log has to be read on, so that it does not wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Cluster { process, port, folder, authority })
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn url(&self, host: &str, query: &str) -> String {
        format!("postgres://keyrack@{host}:{}/postgres?{query}", self.port)
    }

    /// What a command says that has to open the database.
    fn try_url(&self, url: &str, variables: &[(&str, &str)]) -> Ended {
        let data = tempfile::tempdir().unwrap();
        let mut command = keyrack(&["audit", "verify", "--database", url], data.path());
        command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR").envs(variables.iter().copied());
        run(command, "")
    }

    async fn admin(&self) -> sqlx::PgConnection {
        let url = self.url("localhost", &format!("sslmode=verify-full&sslrootcert={}", self.file("ca.pem")));
        sqlx::PgConnection::connect(&url).await.unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.process), Signal::QUIT);
        let _ = self.process.wait();
    }
}

/// The folder of the newest server that is installed.
fn programs() -> Option<PathBuf> {
    let version = |path: &Path| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let folders = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let folders = folders.filter_map(Result::ok).map(|entry| entry.path().join("bin"));
    folders.filter(|bin| bin.join("initdb").is_file()).max_by_key(|bin| version(bin))
}

/// PostgreSQL refuses to run as root; then somebody else runs it.
fn other_user() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody"))
}

#[tokio::test]
async fn every_connection_is_as_safe_as_the_url_says() {
    let Some(cluster) = Cluster::start() else { return };
    let own = format!("sslrootcert={}", cluster.file("ca.pem"));
    let other = format!("sslrootcert={}", cluster.file("other.pem"));
    let ca = cluster.file("ca.pem");
    let works = |host: &str, query: &str, variables: &[(&str, &str)]| {
        let ended = cluster.try_url(&cluster.url(host, query), variables);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{host} {query}: {ended:?}");
    };
    let refused = |host: &str, query: &str, says: &str| {
        let ended = cluster.try_url(&cluster.url(host, query), &[]);
        assert_eq!(ended.code, 2, "{host} {query}: {ended:?}");
        assert!(ended.line().contains(says), "{host} {query}: {ended:?}");
    };
    works("localhost", &format!("sslmode=verify-full&{own}"), &[]);
    works("localhost", &format!("ssl-mode=verify-full&ssl-ca={ca}"), &[]);
    works("localhost", "sslmode=verify-full", &[("SSL_CERT_FILE", &ca)]);
    works("localhost", "sslrootcert=system", &[("SSL_CERT_FILE", &ca)]);
    works("127.0.0.1", &format!("sslmode=verify-ca&{own}"), &[]);
    works("127.0.0.1", &format!("sslmode=require&{own}"), &[]);
    for mode in ["require", "prefer", "allow"] {
        works("127.0.0.1", &format!("sslmode={mode}"), &[]);
    }
    works("127.0.0.1", "", &[]);
    let socket = cluster.folder.path().display().to_string().replace('/', "%2F");
    works(&socket, "sslmode=require", &[]);

    refused("localhost", "sslmode=disable", "no encryption");
    refused("localhost", "sslmode=verify-full", "sslrootcert=FILE");
    for mode in ["verify-full", "verify-ca", "require"] {
        refused("localhost", &format!("sslmode={mode}&{other}"), "invalid peer certificate");
    }
    refused("127.0.0.1", &format!("sslmode=verify-full&{own}"), "invalid peer certificate");
    refused("localhost", "sslmode=verify-full&sslrootcert=/no/such/file", "/no/such/file: No such file");
    refused("localhost", "sslmode=safe", "sslmode=safe: it has to be disable, allow, prefer");
    refused("localhost", "sslmod=verify-full", "“sslmod”");
}

#[tokio::test]
async fn a_client_certificate_of_the_url_is_shown() {
    let Some(cluster) = Cluster::start() else { return };
    let mut admin = cluster.admin().await;
    sqlx::raw_sql("CREATE ROLE certified SUPERUSER LOGIN").execute(&mut admin).await.unwrap();
    let base = format!(
        "postgres://certified@localhost:{}/postgres?sslmode=verify-full&sslrootcert={}",
        cluster.port,
        cluster.file("ca.pem")
    );
    let without = cluster.try_url(&base, &[]);
    assert!(without.line().contains("certificate"), "{without:?}");
    let with = format!("{base}&sslcert={}&sslkey={}", cluster.file("client.pem"), cluster.file("client.key"));
    let ended = cluster.try_url(&with, &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
}

#[tokio::test]
async fn data_moves_to_a_server_that_wants_tls_and_keyrack_runs_and_listens_there() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    assert_eq!(create_account(data, "ada@example.org").code, 0);
    let url = cluster.url("localhost", "sslmode=verify-full");
    let ca = cluster.file("ca.pem");
    assert!(cluster.authority.pem.starts_with("-----BEGIN"));
    let from = format!("sqlite://{}/keyrack.db", data.display());
    let mut command = keyrack(&["migrate-data", "--from", &from, "--to", &url], data);
    command.env("SSL_CERT_FILE", &ca);
    let moved = run(command, "");
    assert_eq!((moved.code, moved.stderr.as_str()), (0, ""), "{moved:?}");

    let mut server = Running::start_with(data, &["--database", &url], &[("SSL_CERT_FILE", &ca)]);
    let form = [("login", "ada@example.org"), ("password", PASSWORD)];
    let signin = reqwest::Client::new().post(server.url("/1.0/users/authentication/rest/signin")).form(&form);
    let answer: serde_json::Value = signin.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["result"], 0, "{answer}");
    let mut admin = cluster.admin().await;
    let connections = "SELECT s.ssl, a.query FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) \
                       WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()";
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let seen: Vec<(bool, String)> = loop {
        let seen: Vec<(bool, String)> = sqlx::query_as(connections).fetch_all(&mut admin).await.unwrap();
        if seen.iter().any(|(_, query)| query.starts_with("LISTEN")) {
            break seen;
        }
        assert!(std::time::Instant::now() < until, "it does not listen: {seen:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert!(seen.len() > 1 && seen.iter().all(|(tls, _)| *tls), "{seen:?}");
    assert_eq!(server.stop(), 0);
}
