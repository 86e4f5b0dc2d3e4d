//! Guessing passwords and codes gets slower with every wrong one.
//!
//! A try is reserved before it is looked at ([`Throttle::reserve`]), so that tries that arrive together count as tries that
//! arrive one after the other: what is still looked at counts as wrong until it turns out to be right. A reservation is
//! given back when the try was right, and when its request ends before it was looked at.
//!
//! At sign-in the pair of account and address is counted, and the address alone; an outsider who guesses at somebody's
//! account slows down only himself. An IPv6 address counts as its network of 64 bits: that is what one customer is given,
//! so all of its addresses are one guesser, and so are all addresses of this machine itself. Passwords that confirm a change
//! are counted by session: only who has it can try them, and nobody without it holds its user back. Codes of a second factor
//! are counted by user: who may try them knows the password already. A short pause is waited out before the answer; a long
//! one is refused at once, so that waiting tries do not pile up.

mod count;
mod keys;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use count::{Count, forget_old};
pub use keys::Guess;
use keys::{Key, keys, pause_after};

use crate::error::{Error, Result};
use keyrack_types::bounds::guessing::{COUNTS, FORGOTTEN, WAITED_OUT, WAITING_TRIES};

/// Counts wrong tries and holds further ones back. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Throttle(Arc<Mutex<HashMap<Key, Count>>>);

/// A reserved try. Counts as wrong while it is held; dropped without a verdict, it was none.
#[derive(Debug)]
#[must_use]
pub struct Try {
    throttle: Throttle,
    /// Its own count first.
    held: Vec<Key>,
}

impl Throttle {
    /// Waits until this guess may be looked at, and reserves the try.
    ///
    /// # Errors
    /// [`Error::TooManyTries`] when that would take longer than a request should last, or too many wait already.
    pub async fn reserve(&self, guess: Guess<'_>) -> Result<Try> {
        let deadline = Instant::now() + WAITED_OUT;
        let mut reserved = Try { throttle: self.clone(), held: Vec::with_capacity(2) };
        // One after the other, the guess's own count first: who waits for that takes no place of the address.
        for key in keys(guess) {
            self.enter(key, deadline).await?;
            reserved.held.push(key);
        }
        Ok(reserved)
    }

    async fn enter(&self, key: Key, deadline: Instant) -> Result<()> {
        if self.enter_now(key).is_ok() {
            return Ok(());
        }
        let waiting = self.wait_in_line(key, deadline)?;
        loop {
            let settled = waiting.settled.notified();
            tokio::pin!(settled);
            // What is settled from here on wakes; what was settled before is seen by the look that follows.
            settled.as_mut().enable();
            let Err(next) = self.enter_now(key) else { return Ok(()) };
            let now = Instant::now();
            if next > deadline || now >= deadline {
                return Err(too_many(next.saturating_duration_since(now)));
            }
            tokio::select! {
                () = settled => {}
                () = sleep_until(if next > now { next } else { deadline }) => {}
            }
        }
    }

    /// Reserves one try of this count, if that can be done without waiting; otherwise says from when on it may be tried.
    fn enter_now(&self, key: Key) -> Result<(), Instant> {
        let now = Instant::now();
        let mut counts = self.lock();
        if counts.len() >= COUNTS {
            forget_old(&mut counts, now);
        }
        let count = counts.entry(key).or_insert_with(|| Count::new(now));
        if now.duration_since(count.last) > FORGOTTEN {
            count.wrong = 0;
        }
        if !count.may_enter(key, now) {
            return Err(count.next);
        }
        count.looked_at += 1;
        Ok(())
    }

    /// Takes a place among those who wait, unless they are too many or the wait is too long.
    fn wait_in_line(&self, key: Key, deadline: Instant) -> Result<Waiting<'_>> {
        let now = Instant::now();
        let mut counts = self.lock();
        let count = counts.entry(key).or_insert_with(|| Count::new(now));
        let until = count.earliest(key, now, deadline);
        if until > deadline || count.waiting >= WAITING_TRIES {
            return Err(too_many(until.saturating_duration_since(now)));
        }
        count.waiting += 1;
        Ok(Waiting { throttle: self, key, settled: count.settled.clone() })
    }

    /// Changes a count, and drops it once it says nothing.
    fn change(&self, key: Key, change: impl FnOnce(&mut Count)) {
        if let Entry::Occupied(mut entry) = self.lock().entry(key) {
            let count = entry.get_mut();
            change(count);
            if count.wrong == 0 && count.looked_at == 0 && count.waiting == 0 {
                entry.remove();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Try {
    /// It was wrong. Answers the pause in seconds before the next one is looked at.
    pub fn failed(mut self) -> u32 {
        let now = Instant::now();
        let mut longest = Duration::ZERO;
        for key in std::mem::take(&mut self.held) {
            self.throttle.change(key, |count| {
                count.release();
                count.wrong = count.wrong.saturating_add(1);
                count.last = now;
                count.next = count.next.max(now + pause_after(key, count.wrong));
                longest = longest.max(count.next.saturating_duration_since(now));
            });
        }
        seconds(longest)
    }

    /// It was right: the pair, the session or the user starts afresh. The address keeps its count, or one known password
    /// would open the way to guess others'.
    pub fn succeeded(mut self) {
        let now = Instant::now();
        for (place, key) in std::mem::take(&mut self.held).into_iter().enumerate() {
            self.throttle.change(key, |count| {
                count.release();
                if place == 0 {
                    count.wrong = 0;
                    count.next = now;
                }
            });
        }
    }
}

impl Drop for Try {
    fn drop(&mut self) {
        for key in std::mem::take(&mut self.held) {
            self.throttle.change(key, Count::release);
        }
    }
}

/// A place among those who wait for a count.
struct Waiting<'a> {
    throttle: &'a Throttle,
    key: Key,
    settled: Arc<Notify>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.throttle.change(self.key, |count| count.waiting = count.waiting.saturating_sub(1));
    }
}

/// At least a second: without a pause too, something has to be settled first.
fn too_many(pause: Duration) -> Error {
    Error::TooManyTries { wait: seconds(pause).max(1) }
}

fn seconds(pause: Duration) -> u32 {
    u32::try_from(pause.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}
