//! Turns to work on files: few at once per account, one after another in the order in which they were asked for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::inside::Inside;
use super::manager::lock;
use crate::bounds::files::{AT_ONCE, WAITING};
use crate::caller::{Caller, Right};
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::keyrack::Keyrack;
use crate::waiting;

/// The turns of all accounts.
#[derive(Default)]
pub struct FileTurns(Mutex<HashMap<AccountId, Arc<Line>>>);

/// A turn; it ends when this is dropped.
pub struct Turn(#[expect(dead_code, reason = "held, never looked at")] OwnedSemaphorePermit);

/// Those of one account.
struct Line {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for Line {
    fn default() -> Line {
        Line { places: Arc::new(Semaphore::new(AT_ONCE)), waiting: AtomicUsize::new(0) }
    }
}

/// One that waits, until it is dropped.
struct Place<'a>(&'a Line);

impl Line {
    fn now(&self) -> Option<Turn> {
        self.places.clone().try_acquire_owned().ok().map(Turn)
    }

    fn queue(&self) -> Result<Place<'_>> {
        let place = self.waiting.fetch_add(1, Ordering::Relaxed);
        let queued = Place(self);
        if place >= WAITING {
            let why =
                format!("{AT_ONCE} calls of an account work on files at once, and {WAITING} wait: try again later");
            return Err(Error::Limit(why.into()));
        }
        Ok(queued)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl FileTurns {
    fn line(&self, account: AccountId) -> Arc<Line> {
        lock(&self.0).entry(account).or_default().clone()
    }
}

impl Inside<'_> {
    /// Waits for a turn to work on its files. Whoever waits holds the environment already, never the other way round.
    ///
    /// # Errors
    /// [`Error::Limit`] when too many wait, and when the environment or the server is going away.
    pub(super) async fn file_turn(&self) -> Result<Turn> {
        let line = self.manager.file_turns.line(self.environment.account);
        if let Some(turn) = line.now() {
            return Ok(turn);
        }
        let _place = line.queue()?;
        tokio::select! {
            permit = line.places.clone().acquire_owned() => permit.map(Turn).map_err(Error::internal),
            () = self.slot.gone() => Err(Error::NoEnvironment(self.environment.name.clone())),
            () = self.manager.closing() => Err(Error::Unavailable),
        }
    }
}

impl Keyrack {
    /// As [`Inside::file_turn`]; who went away or lost the right meanwhile does not get it.
    pub(super) async fn file_turn(&self, caller: &Caller, inside: &Inside<'_>, right: Right) -> Result<Turn> {
        if let Some(turn) = inside.manager.file_turns.line(inside.environment.account).now() {
            return Ok(turn);
        }
        let standing = self.standing(caller).await?;
        let turn = tokio::select! {
            turn = inside.file_turn() => turn?,
            () = waiting::gone() => return Err(abandoned()),
        };
        self.must_still_stand(caller, &standing, right).await?;
        Ok(turn)
    }
}

/// What is done for a client that went away.
pub(super) fn abandoned() -> Error {
    Error::Engine("it was given up, because the client went away".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn few_have_a_turn_at_once_and_not_too_many_wait() {
        let turns = FileTurns::default();
        let (line, other) = (turns.line(AccountId(1)), turns.line(AccountId(2)));
        let first: Vec<_> = (0..AT_ONCE).map(|_| line.now().unwrap()).collect();
        assert!(turns.line(AccountId(1)).now().is_none() && other.now().is_some());
        let waiting: Vec<_> = (0..WAITING).map(|_| line.queue().unwrap()).collect();
        let error = line.queue().map(drop).unwrap_err().to_string();
        assert!(error.contains("2 calls") && error.contains("100 wait"), "{error}");
        drop(waiting);
        assert!(line.queue().is_ok());
        drop(first);
        assert!(line.now().is_some());
    }
}
