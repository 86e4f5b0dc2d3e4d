//! Look-ups that are under way, each shared by all who ask for the same secret meanwhile.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};

use super::found::{As, Found};
use crate::caller::Caller;
use crate::error::{Credential, Error, Result};
use crate::secret::SecretHash;

type Key = (SecretHash, As);
type Flight = Shared<BoxFuture<'static, Landed>>;

/// How a look-up ended, in a form that several can have.
#[derive(Clone, Debug)]
pub(super) enum Landed {
    Found(Found),
    /// The database is out of reach.
    Unavailable,
    /// Something went wrong; the log has it.
    Internal,
}

impl Landed {
    pub fn of(result: Result<Found>) -> Landed {
        match result {
            Ok(found) => Landed::Found(found),
            Err(Error::Unavailable) => Landed::Unavailable,
            Err(Error::Internal) => Landed::Internal,
            Err(other) => {
                tracing::error!(%other, "a look-up ended as none should");
                Landed::Internal
            }
        }
    }

    /// As [`Landed::of`]. A look-up that panicked is a defect of one call: nobody may wait for it for ever, and leaving it must
    /// not panic again.
    fn of_caught(caught: std::thread::Result<Result<Found>>) -> Landed {
        caught.map_or_else(
            |_| {
                tracing::error!("a look-up panicked");
                Landed::Internal
            },
            Landed::of,
        )
    }

    pub fn into_caller(self) -> Result<Arc<Caller>> {
        match self {
            Landed::Found(Found::Caller(caller) | Found::Passing(caller)) => Ok(caller),
            Landed::Found(Found::NotNow | Found::Nobody) => Err(Error::NotAuthenticated(Credential::Unknown)),
            Landed::Found(Found::Ended) => Err(Error::NotAuthenticated(Credential::Ended)),
            Landed::Unavailable => Err(Error::Unavailable),
            Landed::Internal => Err(Error::Internal),
        }
    }
}

/// The look-ups that somebody waits for. One that nobody waits for any more is dropped with its last passenger, so
/// that it holds no connection.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    under_way: HashMap<Key, UnderWay>,
    numbers: u64,
}

#[derive(Debug)]
struct UnderWay {
    number: u64,
    /// It began in this generation, and takes nobody with it who came in another.
    generation: u64,
    flight: WeakShared<BoxFuture<'static, Landed>>,
}

impl Flights {
    /// Waits for the look-up of this secret that began in this generation; without one, begins it. Answers also whether
    /// somebody else had begun it.
    pub async fn board<F>(&self, key: Key, generation: u64, look_up: impl Fn() -> F) -> (Landed, bool)
    where
        F: Future<Output = Result<Found>> + Send + 'static,
    {
        let passenger = self.seat(key, generation, look_up);
        (passenger.flight.clone().await, passenger.joined)
    }

    fn seat<F>(&self, key: Key, generation: u64, look_up: impl Fn() -> F) -> Passenger<'_>
    where
        F: Future<Output = Result<Found>> + Send + 'static,
    {
        let mut inner = self.lock();
        let under_way = inner.under_way.get(&key).filter(|under_way| under_way.generation == generation);
        if let Some((number, flight)) = under_way.and_then(|it| Some((it.number, it.flight.upgrade()?))) {
            return Passenger { flights: self, key, number, flight, joined: true };
        }
        let flight = AssertUnwindSafe(look_up()).catch_unwind().map(Landed::of_caught).boxed().shared();
        inner.numbers += 1;
        let number = inner.numbers;
        let weak = flight.downgrade().expect("nobody has polled it yet");
        inner.under_way.insert(key, UnderWay { number, generation, flight: weak });
        Passenger { flights: self, key, number, flight, joined: false }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.lock().under_way.is_empty()
    }
}

/// Somebody who waits for a look-up. The first to leave once it has ended strikes it off; so does the last of those who
/// leave before.
struct Passenger<'a> {
    flights: &'a Flights,
    key: Key,
    number: u64,
    flight: Flight,
    joined: bool,
}

impl Drop for Passenger<'_> {
    fn drop(&mut self) {
        let mut inner = self.flights.lock();
        // Counted under the lock, under which alone others board: this one, and the clone that is awaited is gone.
        let ended = self.flight.peek().is_some() || self.flight.strong_count() == Some(1);
        if ended && inner.under_way.get(&self.key).is_some_and(|under_way| under_way.number == self.number) {
            inner.under_way.remove(&self.key);
        }
    }
}
