//! The address under which browsers and scripts reach this server.

/// The public address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    https: bool,
    /// Host, and the port where it is not the scheme's own.
    authority: String,
}

impl Address {
    /// This scheme, host and port.
    pub fn new(https: bool, authority: impl Into<String>) -> Address {
        Address { https, authority: authority.into() }
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
        assert_eq!(Address::new(false, "127.0.0.1:8080").origin(), "http://127.0.0.1:8080");
        assert_eq!(Address::new(true, "a.example:443").origin(), "https://a.example");
        assert_eq!(Address::new(true, "a.example:8443").origin(), "https://a.example:8443");
    }
}
