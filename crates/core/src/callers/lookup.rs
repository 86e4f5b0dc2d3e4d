//! What is looked up, and the results.

use std::sync::Arc;

use crate::caller::Caller;
use crate::error::Credential;
use keyrack_types::ids::TokenId;

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
    /// The value of a token that opens nothing, and the reason.
    Refused(Arc<RefusedSecret>),
    /// The value was never handed out, so it can be cached as unknown.
    Unknown,
}

/// A secret that was handed out and opens nothing any more.
#[derive(Clone, Debug)]
pub struct RefusedSecret {
    /// Its number.
    pub id: i64,
    /// What its user is told.
    pub why: Credential,
    /// The token, while there is one.
    pub token: Option<TokenId>,
    /// Since when it is refused, in milliseconds since 1970, where its use is worth an alarm: it was replaced, removed or published.
    pub ended: Option<i64>,
}

/// Who a secret turned out to be.
#[derive(Clone, Debug)]
pub enum Known {
    Caller(Arc<Caller>),
    Refused(Arc<RefusedSecret>),
}
