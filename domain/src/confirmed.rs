//! The proof that a caller has just confirmed a change.

use std::sync::Arc;

use crate::audit::Event;
use crate::caller::{Caller, Client};
use crate::secret::Secret;

/// A caller who proved the password for this one request. Operations that need the proof take this instead of a
/// [`Caller`], so that they cannot be called without it.
#[derive(Debug)]
pub struct Confirmed {
    pub(crate) caller: Arc<Caller>,
    pub(crate) client: Client,
    /// The browser's session has changed its value: the cookie must be replaced by this one with the answer.
    pub new_session: Option<Secret>,
}

impl Confirmed {
    /// Who confirmed.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The new value for the session cookie, where it must be replaced.
    pub fn new_session(&self) -> Option<&str> {
        self.new_session.as_ref().map(Secret::as_str)
    }

    pub(crate) fn own_event(&self, action: &'static str) -> Event {
        let caller = &self.caller;
        Event::by(caller, &self.client, action, format!("user:{} {}", caller.user, caller.email))
    }
}
