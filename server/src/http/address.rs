//! The address under which browsers and scripts reach this server.

use std::net::SocketAddr;

/// The public address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    https: bool,
    /// Host, and the port where it is not the scheme's own.
    authority: String,
}

impl Address {
    /// What the operator said (https?, host and port), or else what is listened on.
    pub fn new(said: Option<(bool, String)>, local: SocketAddr) -> Address {
        let (https, authority) = said.unwrap_or_else(|| (false, local.to_string()));
        Address { https, authority }
    }

    /// Whether the cookie can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.https
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
        let local = "127.0.0.1:8080".parse().unwrap();
        assert_eq!(Address::new(None, local).origin(), "http://127.0.0.1:8080");
        assert_eq!(Address::new(Some((true, "a.example:443".into())), local).origin(), "https://a.example");
        assert_eq!(Address::new(Some((true, "a.example:8443".into())), local).origin(), "https://a.example:8443");
    }
}
