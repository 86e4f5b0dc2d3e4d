//! What is looked up, and the results.

use std::sync::Arc;

use crate::caller::Caller;

/// The kind of credential that a secret is looked up as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    Token,
    /// The value of a session that Signin opened.
    ApiSession,
    /// The value of a browser's cookie.
    BrowserSession,
}

/// The result of a look-up.
#[derive(Clone, Debug)]
pub enum Lookup {
    Caller(Arc<Caller>),
    /// A caller for this one call, not to be cached.
    Uncached(Arc<Caller>),
    /// A session that its limits have ended.
    Expired,
    /// A known value that opens nothing now; that can change.
    Inactive,
    /// The value was never handed out, so it can be cached as unknown.
    Unknown,
}
