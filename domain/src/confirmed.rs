//! The proof that a caller has just confirmed a change.

use std::sync::Arc;

use crate::audit::Event;
use crate::caller::{Caller, Client};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::store::Tx;

/// The hash that a right password was checked against.
pub(crate) struct ProvedPassword(pub(crate) String);

impl std::fmt::Debug for ProvedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProvedPassword(…)")
    }
}

/// A caller who proved the password for this one request. Operations that need the proof take this instead of a
/// [`Caller`], so that they cannot be called without it.
#[derive(Debug)]
pub struct Confirmed {
    pub(crate) caller: Arc<Caller>,
    pub(crate) client: Client,
    /// What is kept of the password that was proved, where one was asked for.
    pub(crate) proved: Option<ProvedPassword>,
    /// The browser's session has changed its value: the cookie must be replaced by this one with the answer.
    pub new_session: Option<Secret>,
}

impl Confirmed {
    /// Who confirmed.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Lets a change go on only while the password that confirmed it still is the user's; no other transaction changes it,
    /// or anything that is counted for the user, before this one ends.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] when the password was changed meanwhile.
    pub(crate) async fn hold(&self, tx: &mut Tx) -> Result<()> {
        let held = match &self.proved {
            Some(ProvedPassword(hash)) => tx.lock_password(self.caller.user, hash).await?,
            None => tx.lock_user(self.caller.user).await?,
        };
        if held { Ok(()) } else { Err(Error::WrongPassword { wait: 0 }) }
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
