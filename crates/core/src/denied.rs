//! What a known caller is refused before its call begins, apart from a credential that is none any more.

use std::net::IpAddr;

/// Why the call of a known caller must not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The token's secret, or the value of a session that it opened, came in the address.
    #[error("this token is not accepted in a URL: send it in the header “Authorization: Bearer …”")]
    InUrl,
    /// The call comes from a network that the token is not limited to.
    #[error("the token is not accepted from the address {0}")]
    Network(IpAddr),
    /// So many seconds until the next call is accepted.
    #[error("the token may call {limit} times a minute: try again in {wait} s")]
    Rate { limit: u32, wait: u32 },
    /// The token does not open this method.
    #[error("the token has no permission to call {0}")]
    NotTicked(String),
    /// The caller's role does not open this method.
    #[error("your role here has no permission to call {0}")]
    Role(String),
    /// The token opens some environments only, and the call acts on the account.
    #[error("this token is limited to environments")]
    Reach,
}
