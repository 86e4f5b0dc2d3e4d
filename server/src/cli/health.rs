//! `keyrack health`: for containers and monitors.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use clap::Args;

use super::values::health_url;
use super::{Failure, serve};

/// As long as a container's health check is usually given; a server that takes longer is not ready.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than the answer has; what comes after it is not read.
const ANSWER_LIMIT: u64 = 4096;

#[derive(Args)]
pub struct Health {
    /// Not looked at: the server is asked, not its data. Every subcommand takes them.
    #[command(flatten)]
    _place: super::DataOptions,
    /// Where the server is to be asked [default: the address that it listens on]
    #[arg(long, env = "KEYRACK_HEALTH_URL", value_name = "URL", value_parser = health_url)]
    url: Option<String>,
    /// The address that the server listens on
    #[arg(long, env = "KEYRACK_LISTEN", value_name = "ADDR:PORT", default_value = serve::LISTEN)]
    listen: SocketAddr,
}

impl Health {
    pub fn run(self) -> Result<(), Failure> {
        let authority = match &self.url {
            Some(url) => url.trim_start_matches("http://").to_owned(),
            None => reachable(self.listen).to_string(),
        };
        let unwell = |why: &dyn std::fmt::Display| Failure::refused(format_args!("http://{authority}: {why}"));
        let answer = ask(&authority).map_err(|error| unwell(&error))?;
        let status = answer.split_whitespace().nth(1).unwrap_or("no status");
        if status != "200" {
            let why = answer.split("\r\n\r\n").nth(1).and_then(|body| body.lines().next()).unwrap_or_default();
            return Err(unwell(&format!("not ready: {status} {why}")));
        }
        println!("ready");
        Ok(())
    }
}

/// A server that listens on every address is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, listen.port())
}

/// One request, by hand: it goes to the server itself and needs neither TLS nor a runtime.
fn ask(authority: &str) -> std::io::Result<String> {
    let with_port = if has_port(authority) { authority.to_owned() } else { format!("{authority}:80") };
    let mut last = std::io::Error::other("the name has no address");
    for address in with_port.to_socket_addrs()? {
        match ask_at(address, authority) {
            Ok(answer) => return Ok(answer),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn ask_at(address: SocketAddr, authority: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: keyrack-health\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(ANSWER_LIMIT).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn has_port(authority: &str) -> bool {
    let host = authority.rsplit_once(']').map_or(authority, |(_, after)| after);
    host.contains(':')
}
