//! `keyrack serve`

use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use keyrack_domain::Keyrack;
use keyrack_domain::engine::Engines;
use keyrack_domain::engine::docker::{Allowed, ContainerEngine, HostUrl};
use keyrack_domain::engine::local::LocalEngine;
use keyrack_domain::secret::Secret;
use keyrack_domain::settings::{Settings, Smtp};
use keyrack_wire::TrustedProxies;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::folder::Folder;
use super::values::{Proxies, PublicUrl, inner_url, ports, proxies, public_url, size, span, span_or_none};
use super::{DataOptions, Failure, open};
use crate::http::Address;
use crate::leaks::ScanningKeys;
use crate::log::context::LogContext;
use crate::serve::{Doors, listen};
use crate::{log, site};

const DEMO_EMAIL: &str = "demo@keyrack.local";

/// The default listen address.
pub const LISTEN: &str = "127.0.0.1:8080";

/// How long calls that are under way may take to finish; nodes end meanwhile. The whole server has to be gone within
/// ten seconds.
const FINISH: Duration = Duration::from_secs(3);

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    data_options: DataOptions,
    /// Where to listen; port 0 takes a free one
    #[arg(long, env = "KEYRACK_LISTEN", value_name = "ADDR:PORT", default_value = LISTEN)]
    listen: SocketAddr,
    /// The address that browsers and scripts use, when it is not the one listened on; https makes cookies Secure
    #[arg(long, env = "KEYRACK_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    public_url: Option<PublicUrl>,
    /// Where other servers on the same database reach this one [default: the address listened on, when it is one]
    #[arg(long, env = "KEYRACK_ADVERTISE", value_name = "URL", value_parser = inner_url)]
    advertise: Option<String>,
    /// A proxy whose X-Forwarded-For is believed: an IP address or a network; several are parted by commas
    #[arg(long, env = "KEYRACK_TRUSTED_PROXY", value_name = "CIDR", value_parser = proxies)]
    trusted_proxy: Vec<Proxies>,
    /// On the first start, make a demo account with an environment and print its password
    #[arg(long, env = "KEYRACK_DEMO", value_parser = clap::builder::FalseyValueParser::new())]
    demo: bool,
    /// How many tokens an account may have, expired ones included
    #[arg(long, env = "KEYRACK_TOKEN_LIMIT", value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    token_limit: u32,
    /// Whether token changes through the API need the account's password; the dashboard always asks
    #[arg(long, env = "KEYRACK_TOKEN_PASSWORD", value_enum, default_value = "required")]
    token_password: TokenPassword,
    /// A session that is not used for so long has ended
    #[arg(long, env = "KEYRACK_SESSION_IDLE", value_name = "SPAN", default_value = "12h", value_parser = span)]
    session_idle: Duration,
    /// A session ends after so long, used or not
    #[arg(long, env = "KEYRACK_SESSION_LIFETIME", value_name = "SPAN", default_value = "14d", value_parser = span)]
    session_lifetime: Duration,
    /// Where mail is handed in: smtp://user:password@host:port, smtps://…, or smtp://…?tls=required for STARTTLS
    #[arg(long, env = "KEYRACK_SMTP", value_name = "URL", hide_env_values = true, requires = "smtp_from")]
    smtp: Option<String>,
    /// Who sends the mail
    #[arg(long, env = "KEYRACK_SMTP_FROM", value_name = "ADDRESS")]
    smtp_from: Option<String>,
    /// Lifetime of an invitation's link
    #[arg(long, env = "KEYRACK_INVITATION_LIFETIME", value_name = "SPAN", default_value = "7d", value_parser = span)]
    invitation_lifetime: Duration,
    /// One proof of the second factor covers changes for so long; 0s asks at every change
    #[arg(long, env = "KEYRACK_SECOND_FACTOR_COVERS", value_name = "SPAN", default_value = "5m", value_parser = span_or_none)]
    second_factor_covers: Duration,
    /// Let nodes run commands of their owners although they cannot be walled on this machine: see “keyrack doctor”
    #[arg(long, env = "KEYRACK_ALLOW_UNCONFINED_NODES", value_parser = clap::builder::FalseyValueParser::new())]
    allow_unconfined_nodes: bool,
    /// Give nodes this machine's network instead of one of their own: they reach this server, each other and the outside
    #[arg(long, env = "KEYRACK_OPEN_NODE_NETWORK", value_parser = clap::builder::FalseyValueParser::new())]
    open_node_network: bool,
    /// A container engine, Docker or Podman: unix:///run/podman/podman.sock, or tcp://host:2376?certs=FOLDER with ca.pem,
    /// cert.pem and key.pem; several by repeating it (in the environment, parted by commas)
    #[arg(long, env = "KEYRACK_DOCKER", value_name = "URL", value_delimiter = ',')]
    docker: Vec<HostUrl>,
    /// Images that containers may run, `*` for anything: ghcr.io/team/*, nginx:1.*; without it, all
    #[arg(long, env = "KEYRACK_DOCKER_ALLOW", value_name = "PATTERN", value_delimiter = ',')]
    docker_allow: Vec<String>,
    /// The ports of this machine's loopback that nodes are given
    #[arg(long, env = "KEYRACK_NODE_PORTS", value_name = "FIRST-LAST", default_value = "31000-31999", value_parser = ports)]
    node_ports: Range<u16>,
    /// The largest file that can be uploaded
    #[arg(long, env = "KEYRACK_UPLOAD_LIMIT", value_name = "SIZE", default_value = "512MiB", value_parser = size)]
    upload_limit: u64,
    /// How much of uploads an account can keep
    #[arg(long, env = "KEYRACK_UPLOAD_SPACE", value_name = "SIZE", default_value = "4GiB", value_parser = size)]
    upload_space: u64,
    /// Keys by which a code host signs its reports of leaked tokens, as its public endpoint has them
    #[arg(long, env = "KEYRACK_SECRET_SCANNING_KEYS", value_name = "FILE")]
    secret_scanning_keys: Option<PathBuf>,
    /// The form of the log, which goes to stderr
    #[arg(long, env = "KEYRACK_LOG", value_enum, default_value = "text")]
    log: log::Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TokenPassword {
    Required,
    Optional,
}

impl Serve {
    pub fn run(self) -> Result<(), Failure> {
        log::begin(self.log);
        raise_open_files();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::start)?;
        let outcome = runtime.block_on(self.serve());
        // A blocking task that hangs must not keep the process.
        runtime.shutdown_timeout(Duration::from_millis(500));
        outcome
    }

    async fn serve(self) -> Result<(), Failure> {
        // From here on a signal leads to an orderly end, however far the start has come.
        let mut stop = Stop::begin()?;
        // The port first: when it is taken, nothing has been touched yet.
        let listener = listener(self.listen)
            .map_err(|error| Failure::start(format_args!("cannot listen on {}: {error}", self.listen)))?;
        let local = listener.local_addr().map_err(Failure::start)?;
        let keys = self.scanning_keys()?;
        let mut folder = Folder::open(&self.data_options.data)?;
        folder.lock()?;
        let settings = self.settings(local);
        folder.lock_database(&settings.database)?;
        let (keyrack, registry) = open(settings).await?;
        let engine = self.engine(&keyrack)?;
        keyrack.environments.start_all(engine).await.map_err(Failure::start)?;
        let demo = if self.demo { make_demo(&keyrack).await? } else { None };
        folder.keep();

        let address = match &self.public_url {
            Some(url) => Address::new(url.https, &url.authority),
            None => Address::new(false, local.to_string()),
        }
        .listening_on(local.ip());
        let proxies = self.trusted_proxy.iter().flat_map(|proxies| proxies.0.iter().copied()).collect();
        let doors = Doors::new(keyrack.clone(), registry, TrustedProxies::new(proxies), &address);
        let doors = Arc::new(match keys {
            Some(keys) => doors.with_scanning_keys(keys),
            None => doors,
        });
        let app = doors.app();
        let background = tokio::spawn({
            let keyrack = keyrack.clone();
            async move { LogContext::background(keyrack.core.server_id().cloned()).scope(keyrack.run_background()).await }
        });
        let looking = LogContext::background(keyrack.core.server_id().cloned());
        let tasks = tokio::spawn(looking.scope(doors.clone().keep_running_tasks()));
        if let Some(password) = demo {
            println!(
                "\n  Address   {}\n  Email     {DEMO_EMAIL}\n  Password  {}\n",
                address.origin(),
                password.as_str()
            );
        }
        if let Some(line) = site::missing() {
            tracing::warn!("{line}");
        }
        println!("Keyrack is listening on http://{local}");

        let mut closing = None;
        let stopping = async {
            stop.wait().await;
            tasks.abort();
            // Nodes end while the last calls are answered; a call that waits for a node is refused at once.
            let keyrack = keyrack.clone();
            closing = Some(tokio::spawn(async move { keyrack.environments.stop_all().await }));
        };
        listen::run(listener, app, stopping, FINISH).await;
        doors.finish(FINISH).await;
        if let Some(closing) = closing {
            let _ = closing.await;
        }
        background.abort();
        keyrack.close().await;
        drop(folder);
        Ok(())
    }

    fn scanning_keys(&self) -> Result<Option<ScanningKeys>, Failure> {
        let Some(path) = &self.secret_scanning_keys else { return Ok(None) };
        ScanningKeys::read(path)
            .map(Some)
            .map_err(|error| Failure::start(format_args!("cannot use the keys in {}: {error}", path.display())))
    }

    /// What runs nodes: processes of this machine, and containers where an engine for them was named.
    fn engine(&self, keyrack: &Keyrack) -> Result<Arc<Engines>, Failure> {
        let settings = keyrack.settings();
        let local = LocalEngine::open(&settings.data, LocalEngine::this_program())
            .map_err(Failure::start)?
            .allow_unconfined(settings.allow_unconfined_nodes)
            .on_ports(settings.node_ports.clone())
            .open_network(self.open_node_network);
        local.log_level();
        let containers = if self.docker.is_empty() {
            None
        } else {
            let allowed = Allowed::new(self.docker_allow.clone());
            let engine = ContainerEngine::open(&settings.data, self.docker.clone(), allowed);
            let engine = Arc::new(engine.map_err(Failure::start)?);
            engine.watch();
            Some(engine)
        };
        Ok(Arc::new(Engines::new(Arc::new(local), containers)))
    }

    fn settings(&self, local: SocketAddr) -> Settings {
        let smtp = self.smtp.clone().zip(self.smtp_from.clone()).map(|(url, from)| Smtp { url, from });
        Settings {
            public_url: match &self.public_url {
                Some(url) => url.to_string(),
                // Passkeys are bound to a name, and numbers are none.
                None if local.ip().is_loopback() => format!("http://localhost:{}", local.port()),
                None => format!("http://{local}"),
            },
            advertise: self
                .advertise
                .clone()
                .or_else(|| (!local.ip().is_unspecified()).then(|| format!("http://{local}"))),
            smtp,
            invitation_lifetime: self.invitation_lifetime,
            second_factor_covers: self.second_factor_covers,
            token_limit: self.token_limit,
            token_password_required: self.token_password == TokenPassword::Required,
            session_idle: self.session_idle,
            session_lifetime: self.session_lifetime,
            allow_unconfined_nodes: self.allow_unconfined_nodes,
            node_ports: self.node_ports.clone(),
            upload_limit: self.upload_limit,
            upload_space: self.upload_space,
            ..self.data_options.settings()
        }
    }
}

fn listener(address: SocketAddr) -> std::io::Result<TcpListener> {
    /// Connections that may wait to be accepted, as many as kernels allow: one too many makes a client wait a second.
    const WAITING: u32 = 4096;
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Each connection is an open file, and the usual limit of 1024 is far from what the machine allows.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// Makes the demo account with its environment when there is no user yet; answers its password.
async fn make_demo(keyrack: &Keyrack) -> Result<Option<Secret>, Failure> {
    if keyrack.accounts.has_users().await.map_err(Failure::start)? {
        return Ok(None);
    }
    let password = Secret::new_password(keyrack.world());
    let (user, account) =
        keyrack.accounts.create_user_with_account(DEMO_EMAIL, password.as_str()).await.map_err(Failure::start)?;
    // The password is printed only once, so from here on the start must succeed.
    if let Err(error) = keyrack.environments.create_demo(account, user).await {
        tracing::warn!(%error, "the demo environment could not be made");
    }
    Ok(Some(password))
}

/// The signals that end the server in good order: from whatever keeps services, from Ctrl-C and Ctrl-\\, and from a terminal that is
/// closed.
struct Stop(Vec<Signal>);

impl Stop {
    fn begin() -> Result<Stop, Failure> {
        let always = [SignalKind::terminate(), SignalKind::interrupt()];
        // Whoever starts the server with nohup, or in the background of a script, wants it to outlive that.
        let unless_ignored = [SignalKind::hangup(), SignalKind::quit()].into_iter().filter(|kind| !is_ignored(*kind));
        let kinds = always.into_iter().chain(unless_ignored);
        Ok(Stop(kinds.map(signal).collect::<Result<_, _>>().map_err(Failure::start)?))
    }

    async fn wait(&mut self) {
        futures::future::select_all(self.0.iter_mut().map(|signal| Box::pin(signal.recv()))).await;
        tracing::info!("stopping");
    }
}

/// Whether this process was started with a signal ignored.
fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    (mask >> (kind.as_raw_value() - 1)) & 1 == 1
}
