//! Turns to work on files: few at once per account, one after another in the order in which they were asked for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::lock::lock;
use keyrack_core::error::{Error, Result};
use keyrack_types::bounds::files::{AT_ONCE, WAITING};
use keyrack_types::ids::AccountId;

/// The turns of all accounts.
#[derive(Default)]
pub struct FileTurns(Mutex<HashMap<AccountId, Arc<Line>>>);

/// A turn; it ends when this is dropped.
pub struct Turn(#[expect(dead_code, reason = "held, never looked at")] pub(super) OwnedSemaphorePermit);

/// Those of one account.
pub(super) struct Line {
    pub(super) places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for Line {
    fn default() -> Line {
        Line { places: Arc::new(Semaphore::new(AT_ONCE)), waiting: AtomicUsize::new(0) }
    }
}

/// One that waits, until it is dropped.
pub(super) struct Place<'a>(&'a Line);

impl Line {
    pub(super) fn now(&self) -> Option<Turn> {
        self.places.clone().try_acquire_owned().ok().map(Turn)
    }

    pub(super) fn queue(&self) -> Result<Place<'_>> {
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
    pub(super) fn line(&self, account: AccountId) -> Arc<Line> {
        lock(&self.0).entry(account).or_default().clone()
    }
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
