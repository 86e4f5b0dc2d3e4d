//! Look-ups that are under way, each shared by all who ask for the same secret meanwhile.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};

use super::lookup::{CredentialKind, Known, Lookup};
use crate::error::{Credential, Error, Result};
use crate::secret::SecretHash;

type Key = (SecretHash, CredentialKind);
type Flight = Shared<BoxFuture<'static, Outcome>>;

/// How a look-up ended, in a form that several can have.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Found(Lookup),
    /// The database is out of reach.
    Unavailable,
    /// Something went wrong; the log has it.
    Internal,
}

impl Outcome {
    pub fn of(result: Result<Lookup>) -> Outcome {
        match result {
            Ok(lookup) => Outcome::Found(lookup),
            Err(Error::Unavailable) => Outcome::Unavailable,
            Err(Error::Internal) => Outcome::Internal,
            Err(other) => {
                tracing::error!(%other, "a look-up ended as none should");
                Outcome::Internal
            }
        }
    }

    /// As [`Outcome::of`]. A look-up that panicked is a defect of one call: nobody may wait for it for ever, and leaving it must
    /// not panic again.
    fn of_caught(caught: std::thread::Result<Result<Lookup>>) -> Outcome {
        caught.map_or_else(
            |_| {
                tracing::error!("a look-up panicked");
                Outcome::Internal
            },
            Outcome::of,
        )
    }

    pub fn into_known(self) -> Result<Known> {
        match self {
            Outcome::Found(Lookup::Caller(caller) | Lookup::Uncached(caller)) => Ok(Known::Caller(caller)),
            Outcome::Found(Lookup::Refused(secret)) => Ok(Known::Refused(secret)),
            Outcome::Found(Lookup::Inactive | Lookup::Unknown) => Err(Error::NotAuthenticated(Credential::Unknown)),
            Outcome::Found(Lookup::Expired) => Err(Error::NotAuthenticated(Credential::Ended)),
            Outcome::Unavailable => Err(Error::Unavailable),
            Outcome::Internal => Err(Error::Internal),
        }
    }
}

/// The look-ups with at least one waiter. A look-up is dropped with its last waiter, so that it holds no connection.
#[derive(Debug, Default)]
pub(super) struct SingleFlight(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    under_way: HashMap<Key, UnderWay>,
    numbers: u64,
}

#[derive(Debug)]
struct UnderWay {
    number: u64,
    /// The generation in which it began; requests of another generation do not join it.
    generation: u64,
    flight: WeakShared<BoxFuture<'static, Outcome>>,
}

impl SingleFlight {
    /// Waits for the look-up of this secret that began in this generation; without one, begins it. Returns also whether
    /// another request had begun it.
    pub async fn join<F>(&self, key: Key, generation: u64, look_up: impl Fn() -> F) -> (Outcome, bool)
    where
        F: Future<Output = Result<Lookup>> + Send + 'static,
    {
        let waiter = self.waiter(key, generation, look_up);
        (waiter.flight.clone().await, waiter.joined)
    }

    fn waiter<F>(&self, key: Key, generation: u64, look_up: impl Fn() -> F) -> Waiter<'_>
    where
        F: Future<Output = Result<Lookup>> + Send + 'static,
    {
        let mut inner = self.lock();
        let under_way = inner.under_way.get(&key).filter(|under_way| under_way.generation == generation);
        if let Some((number, flight)) = under_way.and_then(|it| Some((it.number, it.flight.upgrade()?))) {
            return Waiter { single_flight: self, key, number, flight, joined: true };
        }
        let flight = AssertUnwindSafe(look_up()).catch_unwind().map(Outcome::of_caught).boxed().shared();
        inner.numbers += 1;
        let number = inner.numbers;
        let weak = flight.downgrade().expect("nobody has polled it yet");
        inner.under_way.insert(key, UnderWay { number, generation, flight: weak });
        Waiter { single_flight: self, key, number, flight, joined: false }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.lock().under_way.is_empty()
    }
}

/// A request that waits for a look-up. The first waiter to leave after its end removes it from the list; so does the last
/// one that leaves before.
struct Waiter<'a> {
    single_flight: &'a SingleFlight,
    key: Key,
    number: u64,
    flight: Flight,
    joined: bool,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut inner = self.single_flight.lock();
        // Counted under the lock, under which alone others join: this one, and the clone that is awaited is gone.
        let ended = self.flight.peek().is_some() || self.flight.strong_count() == Some(1);
        if ended && inner.under_way.get(&self.key).is_some_and(|under_way| under_way.number == self.number) {
            inner.under_way.remove(&self.key);
        }
    }
}
