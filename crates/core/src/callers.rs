//! The cache of callers by the hash of their secret, and a negative cache of values that are unknown.
//!
//! A look-up that began before an invalidation must not fill the cache after it, or a revoked secret would live on. So
//! each look-up takes a ticket first, and what it found is kept only while no invalidation happened since. Nor is it
//! shared with a request that came after the invalidation: a request joins only a look-up of its own generation.
//!
//! Where other servers change the same database, the cache depends on their notifications. Without them nothing is
//! kept or shared: every call is a look-up of its own ([`Callers::disable`]). Nor does anything count that is kept while
//! nobody listens because the whole process, or the machine, stands still: whoever goes on first asks how long ago somebody
//! listened ([`Callers::mark_listening`]).

mod counts;
#[cfg(test)]
mod interleavings;
mod lookup;
mod single_flight;
#[cfg(test)]
mod standstill;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use quick_cache::sync::Cache;

use crate::caller::Caller;
use crate::error::{Credential, Error, Result};
use crate::secret::SecretHash;
use crate::world::steady_millis;
pub use counts::CacheCounts;
use counts::Counters;
use keyrack_types::bounds::records::STANDSTILL_MILLIS;
use keyrack_types::ids::{TokenId, UserId};
pub use lookup::{CredentialKind, Known, Lookup, RefusedSecret};
use single_flight::{Outcome, SingleFlight};

/// Bound on memory: a caller takes some 300 bytes.
const MAX_TOKENS: usize = 100_000;
const MAX_SESSIONS: usize = 10_000;
/// Unknown values have a cache of their own, so that they evict no caller.
const MAX_UNKNOWN: usize = 10_000;

/// The cache. Tokens and sessions apart, so that sessions can be searched without walking over all tokens.
#[derive(Debug)]
pub struct Callers {
    tokens: Cache<SecretHash, Arc<Caller>>,
    sessions: Cache<SecretHash, Arc<Caller>>,
    /// With the reason, where the value was handed out once.
    negative: Cache<SecretHash, Option<Arc<RefusedSecret>>>,
    single_flight: SingleFlight,
    counters: Counters,
    /// Filling holds it for reading, invalidating for writing; a hit does not touch it.
    state: RwLock<State>,
    /// When somebody last listened to the other servers, in milliseconds of the clock that never stops; [`ALONE`] where there are
    /// none.
    heard: AtomicU64,
}

/// No other server changes anything.
const ALONE: u64 = u64::MAX;

#[derive(Clone, Copy, Debug)]
struct State {
    /// Counts invalidations.
    generation: u64,
    enabled: bool,
}

/// Taken before a look-up, handed in with its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticket(u64);

impl Callers {
    /// An empty cache; `enabled` says whether it may keep anything yet.
    pub fn new(enabled: bool) -> Callers {
        Callers {
            tokens: Cache::new(MAX_TOKENS),
            sessions: Cache::new(MAX_SESSIONS),
            negative: Cache::new(MAX_UNKNOWN),
            single_flight: SingleFlight::default(),
            counters: Counters::default(),
            state: RwLock::new(State { generation: 0, enabled }),
            heard: AtomicU64::new(if enabled { ALONE } else { 0 }),
        }
    }

    /// The caller behind a token's secret, if it is known.
    pub fn token(&self, hash: &SecretHash) -> Option<Arc<Caller>> {
        self.tokens.get(hash).filter(|_| self.is_current(steady_millis))
    }

    /// The caller behind a session's value, if it is known.
    pub fn session(&self, hash: &SecretHash) -> Option<Arc<Caller>> {
        self.sessions.get(hash).filter(|_| self.is_current(steady_millis))
    }

    /// Looks a secret up that is not known: at most one look-up at a time for each, shared by all who ask meanwhile.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] for an unknown value; otherwise as the look-up.
    pub async fn find<F>(&self, hash: SecretHash, kind: CredentialKind, look_up: impl Fn() -> F + Send) -> Result<Known>
    where
        F: Future<Output = Result<Lookup>> + Send + 'static,
    {
        if let Some(known) = self.negative.get(&hash)
            && self.is_current(steady_millis)
        {
            self.counters.negative_hits.add_one();
            return known.map(Known::Refused).ok_or(Error::NotAuthenticated(Credential::Unknown));
        }
        let Some(ticket) = self.ticket() else {
            self.counters.look_ups.add_one();
            return Outcome::of(look_up().await).into_known();
        };
        let (outcome, shared) = self.single_flight.join((hash, kind), ticket.0, &look_up).await;
        if shared && matches!(outcome, Outcome::Found(Lookup::Inactive)) {
            // It may have become a caller after the look-up and before this request.
            self.counters.look_ups.add_one();
            return Outcome::of(look_up().await).into_known();
        }
        if shared { &self.counters.shared } else { &self.counters.look_ups }.add_one();
        self.keep(ticket, hash, &outcome);
        outcome.into_known()
    }

    /// Counts a caller that was found in the cache.
    pub fn count_hit(&self) {
        self.counters.hits.add_one();
    }

    /// How callers were found since the start.
    pub fn counts(&self) -> CacheCounts {
        self.counters.now()
    }

    /// Forgets a token's secret and every session that the token opened.
    pub fn forget_token(&self, hash: &SecretHash, id: TokenId) {
        self.invalidate(|state| {
            self.tokens.remove(hash);
            self.negative.remove(hash);
            self.sessions.retain(|_, caller| caller.by_token() != Some(id));
            state.enabled
        });
    }

    /// Forgets one session's value, also that it was unknown.
    pub fn forget_session(&self, hash: &SecretHash) {
        self.invalidate(|state| {
            self.sessions.remove(hash);
            self.negative.remove(hash);
            state.enabled
        });
    }

    /// Forgets everything that a user can call with, and every token whose secret the user made.
    pub fn forget_user(&self, user: UserId) {
        self.invalidate(|state| {
            self.tokens.retain(|_, caller| caller.user != user && caller.secret_by != Some(user));
            self.sessions.retain(|_, caller| caller.user != user && caller.secret_by != Some(user));
            state.enabled
        });
    }

    /// Empties the cache; each caller is looked up anew at the next call.
    pub fn forget_all(&self) {
        self.invalidate(|state| {
            self.clear();
            state.enabled
        });
    }

    /// Empties the cache and keeps nothing from here on: changes of other servers cannot be received.
    pub fn disable(&self) {
        self.invalidate(|_| {
            self.clear();
            false
        });
    }

    /// Empties the cache and keeps callers again. What was looked up before is dropped, since changes may have been missed.
    pub fn enable(&self) {
        self.invalidate(|_| {
            self.clear();
            true
        });
    }

    /// Whether what is looked up is kept.
    pub fn enabled(&self) -> bool {
        self.state.read().unwrap_or_else(PoisonError::into_inner).enabled
    }

    /// To be taken before the look-up begins; none while nothing is kept.
    fn ticket(&self) -> Option<Ticket> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        (state.enabled && self.is_current(steady_millis)).then_some(Ticket(state.generation))
    }

    /// Records that this server listens to the other servers now; to be called again soon. After a standstill, in which
    /// notifications were missed, the cache is emptied first; returns how long it was then, in milliseconds.
    pub fn mark_listening(&self) -> Option<u64> {
        self.mark_listening_at(steady_millis())
    }

    fn mark_listening_at(&self, now: u64) -> Option<u64> {
        let silent = now.saturating_sub(self.heard.load(Ordering::Acquire));
        let stood_still = silent > STANDSTILL_MILLIS;
        if stood_still {
            self.forget_all();
        }
        self.heard.store(now, Ordering::Release);
        stood_still.then_some(silent)
    }

    /// Whether somebody listened a moment ago. Asked after something was found, so that a standstill in between is seen.
    fn is_current(&self, now: impl FnOnce() -> u64) -> bool {
        let heard = self.heard.load(Ordering::Acquire);
        heard == ALONE || now().saturating_sub(heard) <= STANDSTILL_MILLIS
    }

    /// Keeps what a look-up found, unless something was invalidated since it began.
    fn keep(&self, ticket: Ticket, hash: SecretHash, outcome: &Outcome) {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if !state.enabled || state.generation != ticket.0 {
            return;
        }
        match outcome {
            Outcome::Found(Lookup::Caller(caller)) => {
                let cache = if caller.session().is_some() { &self.sessions } else { &self.tokens };
                cache.insert(hash, caller.clone());
            }
            Outcome::Found(Lookup::Unknown) => self.negative.insert(hash, None),
            Outcome::Found(Lookup::Refused(secret)) => self.negative.insert(hash, Some(secret.clone())),
            _ => {}
        }
    }

    fn clear(&self) {
        self.tokens.clear();
        self.sessions.clear();
        self.negative.clear();
    }

    /// Begins a new generation; `remove` answers whether it keeps what is looked up.
    fn invalidate(&self, remove: impl FnOnce(State) -> bool) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.generation += 1;
        state.enabled = remove(*state);
    }
}
