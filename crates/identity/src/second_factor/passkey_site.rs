//! The site that passkeys are bound to.

use url::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// The site that passkeys are bound to: its host name and origin, from the public URL.
pub struct PasskeySite(pub(super) Webauthn);

impl PasskeySite {
    /// The site behind this public URL.
    ///
    /// # Errors
    /// One line for the operator when the URL has no host name that passkeys can be bound to (an IP address has none), or is
    /// plain http.
    pub fn new(public_url: &str) -> Result<PasskeySite, String> {
        let url = Url::parse(public_url).map_err(|error| format!("“{public_url}” is not a URL: {error}"))?;
        let host = url.domain().ok_or_else(|| format!("“{public_url}” has no host name; passkeys need one"))?;
        // Browsers have none for a page that came over plain http from another machine.
        if url.scheme() != "https" && host != "localhost" && !host.ends_with(".localhost") {
            return Err(format!("“{public_url}” is plain http; passkeys need https"));
        }
        let site = WebauthnBuilder::new(host, &url).and_then(|builder| builder.rp_name("Keyrack").build());
        site.map(PasskeySite).map_err(|error| format!("passkeys cannot be used with “{public_url}”: {error}"))
    }
}

impl std::fmt::Debug for PasskeySite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasskeySite")
    }
}
