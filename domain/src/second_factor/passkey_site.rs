//! The site that passkeys are bound to.

use url::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// The site that passkeys are bound to: its host name and origin, from the public URL.
pub struct PasskeySite(pub(super) Webauthn);

impl PasskeySite {
    /// The site behind this public URL.
    ///
    /// # Errors
    /// One line for the operator when the URL has no host name that passkeys can be bound to (an IP address has none).
    pub fn new(public_url: &str) -> Result<PasskeySite, String> {
        let url = Url::parse(public_url).map_err(|error| format!("“{public_url}” is not a URL: {error}"))?;
        let host = url.domain().ok_or_else(|| format!("“{public_url}” has no host name; passkeys need one"))?;
        let site = WebauthnBuilder::new(host, &url).and_then(|builder| builder.rp_name("Keyrack").build());
        site.map(PasskeySite).map_err(|error| format!("passkeys cannot be used with “{public_url}”: {error}"))
    }
}

impl std::fmt::Debug for PasskeySite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasskeySite")
    }
}
