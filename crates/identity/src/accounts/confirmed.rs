//! The proof that a caller has just confirmed a change.
//!
//! What seals it is the visibility of its fields and of its constructor: the fields are private, and [`Confirmed::new`] can be named in
//! the folder `accounts` of this crate only, whose one use is the end of `Accounts::confirm`. Tokens and members are crates of their
//! own: they can ask for a proof and read it, and have no way to make one.

use std::sync::Arc;

use keyrack_core::audit::Event;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_core::secret::Secret;
use keyrack_core::store::Tx;

/// The hash that a right password was checked against.
pub(super) struct ProvedPassword(pub(super) String);

impl std::fmt::Debug for ProvedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProvedPassword(…)")
    }
}

/// A caller who proved the password for this one request. Operations that need the proof take this instead of a
/// [`Caller`], so that they cannot be called without it.
#[derive(Debug)]
pub struct Confirmed {
    caller: Arc<Caller>,
    client: Client,
    /// What is kept of the password that was proved, where one was asked for.
    proved: Option<ProvedPassword>,
    /// The browser's session has changed its value: the cookie must be replaced by this one with the answer.
    new_session: Option<Secret>,
}

impl Confirmed {
    /// For the end of `Accounts::confirm`, once everything that is asked for was proved.
    pub(super) fn new(
        caller: Arc<Caller>,
        client: &Client,
        proved: Option<ProvedPassword>,
        new_session: Option<Secret>,
    ) -> Confirmed {
        Confirmed { caller, client: client.clone(), proved, new_session }
    }

    /// Who confirmed.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Where the request came from.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Lets a change go on only while the password that confirmed it still is the user's; no other transaction changes it,
    /// or anything that is counted for the user, before this one ends.
    ///
    /// # Errors
    /// [`Error::WrongPassword`] when the password was changed meanwhile.
    pub async fn hold(&self, tx: &mut Tx) -> Result<()> {
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
