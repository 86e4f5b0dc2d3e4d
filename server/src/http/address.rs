//! The address under which browsers and scripts reach this server.

use std::net::{IpAddr, Ipv4Addr};

/// The public address, and what is listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    https: bool,
    /// Host, and the port where it is not the scheme's own.
    authority: String,
    listening: IpAddr,
}

impl Address {
    /// This scheme, host and port; listened on is loopback.
    pub fn new(https: bool, authority: impl Into<String>) -> Address {
        Address { https, authority: authority.into(), listening: Ipv4Addr::LOCALHOST.into() }
    }

    /// The same, with what is listened on.
    #[must_use]
    pub fn listening_on(self, listening: IpAddr) -> Address {
        Address { listening, ..self }
    }

    /// Whether the cookie can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What is listened on; unspecified for every address of the machine.
    pub fn listening(&self) -> IpAddr {
        self.listening
    }

    /// `https://keys.example.org`, as browsers write it in `Origin`.
    pub fn origin(&self) -> String {
        let (scheme, port) = if self.https { ("https", ":443") } else { ("http", ":80") };
        format!("{scheme}://{}", self.authority.strip_suffix(port).unwrap_or(&self.authority))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_leaves_the_usual_port_out() {
        assert_eq!(Address::new(false, "127.0.0.1:8080").origin(), "http://127.0.0.1:8080");
        assert_eq!(Address::new(true, "a.example:443").origin(), "https://a.example");
        assert_eq!(Address::new(true, "a.example:8443").origin(), "https://a.example:8443");
    }
}
