//! Where a container engine is reached, as an operator writes it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use bollard::{API_DEFAULT_VERSION, Docker};

/// How long one request may take until its answer begins, in seconds. Pulls and waits answer at once and go on.
const TIMEOUT: u64 = 120;

/// `unix:///run/podman/podman.sock`, or `tcp://host:2376?certs=FOLDER` with `ca.pem`, `cert.pem` and `key.pem` in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HostUrl {
    Unix(PathBuf),
    /// Over TLS when there are certificates; without, on loopback only.
    Tcp {
        authority: String,
        certificates: Option<PathBuf>,
    },
}

impl FromStr for HostUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<HostUrl, String> {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("unix://") {
            if !path.starts_with('/') {
                return Err(format!("“{text}” needs the socket's whole path: unix:///run/podman/podman.sock"));
            }
            return Ok(HostUrl::Unix(path.into()));
        }
        let Some(rest) = text.strip_prefix("tcp://") else {
            return Err(format!("“{text}” has to begin with unix:// or tcp://"));
        };
        let (authority, query) = rest.split_once('?').map_or((rest, ""), |(authority, query)| (authority, query));
        let authority = authority.trim_end_matches('/').to_owned();
        let port = authority.rsplit_once(':').and_then(|(host, port)| {
            (!host.is_empty()).then_some(())?;
            port.parse::<u16>().ok()
        });
        if port.is_none() {
            return Err(format!("“{text}” needs a host and a port: tcp://host:2376?certs=FOLDER"));
        }
        let certificates = match query.strip_prefix("certs=") {
            Some(folder) if folder.starts_with('/') => Some(folder.into()),
            Some(folder) => return Err(format!("“{folder}” has to be the folder's whole path")),
            None if query.is_empty() => None,
            None => return Err(format!("“{query}” is not known here; there is certs=FOLDER")),
        };
        if certificates.is_none() && !is_loopback(&authority) {
            return Err(format!(
                "“{text}” would let everybody on the way be root there: add ?certs=FOLDER with ca.pem, cert.pem and key.pem"
            ));
        }
        Ok(HostUrl::Tcp { authority, certificates })
    }
}

fn is_loopback(authority: &str) -> bool {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for HostUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostUrl::Unix(path) => write!(f, "unix://{}", path.display()),
            HostUrl::Tcp { authority, .. } => write!(f, "tcp://{authority}"),
        }
    }
}

impl HostUrl {
    /// A client for it; nothing is sent yet.
    ///
    /// # Errors
    /// When there is no such socket, or a certificate cannot be read.
    pub(super) fn client(&self) -> Result<Docker, bollard::errors::Error> {
        match self {
            HostUrl::Unix(path) => Docker::connect_with_unix(&path.to_string_lossy(), TIMEOUT, API_DEFAULT_VERSION),
            HostUrl::Tcp { authority, certificates: None } => {
                Docker::connect_with_http(&format!("tcp://{authority}"), TIMEOUT, API_DEFAULT_VERSION)
            }
            HostUrl::Tcp { authority, certificates: Some(folder) } => Docker::connect_with_ssl(
                &format!("tcp://{authority}"),
                &folder.join("key.pem"),
                &folder.join("cert.pem"),
                &folder.join("ca.pem"),
                TIMEOUT,
                API_DEFAULT_VERSION,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HostUrl;

    #[test]
    fn an_engine_is_reached_by_a_socket_or_over_tls() {
        for (text, shown) in [
            ("unix:///run/podman/podman.sock", "unix:///run/podman/podman.sock"),
            ("tcp://10.0.0.5:2376?certs=/etc/keyrack/docker", "tcp://10.0.0.5:2376"),
            ("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375"),
            ("tcp://[::1]:2375/", "tcp://[::1]:2375"),
        ] {
            assert_eq!(text.parse::<HostUrl>().unwrap().to_string(), shown);
        }
        for (text, why) in [
            ("unix://podman.sock", "whole path"),
            ("/run/docker.sock", "unix://"),
            ("http://host:2375", "tcp://"),
            ("tcp://host", "port"),
            ("tcp://10.0.0.5:2375", "certs="),
            ("tcp://10.0.0.5:2376?certs=here", "whole path"),
            ("tcp://10.0.0.5:2376?tls=no", "not known"),
        ] {
            let refused = text.parse::<HostUrl>().unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }
}
