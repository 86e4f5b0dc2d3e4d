//! What is looked up, and what comes of it.

use std::sync::Arc;

use crate::caller::Caller;

/// As what a secret is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum As {
    Token,
    /// The value of a session that Signin opened.
    ApiSession,
    /// The value of a browser's cookie.
    BrowserSession,
}

/// What a look-up found.
#[derive(Clone, Debug)]
pub enum Found {
    Caller(Arc<Caller>),
    /// A caller for this one call, not to be remembered.
    Passing(Arc<Caller>),
    /// A session that its limits have ended.
    Ended,
    /// Nobody who may call now; that can change.
    NotNow,
    /// The value is nobody's, and no value that was handed out and may open something later.
    Nobody,
}
