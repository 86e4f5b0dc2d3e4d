//! Known callers, by the hash of their secret, and values that are known to be nobody's.
//!
//! A look-up that began before an invalidation must not fill the cache after it, or a revoked secret would live on. So
//! each look-up takes a ticket first, and what it found is kept only while no invalidation happened since. Nor is it
//! shared with a request that came after the invalidation: a flight of look-ups is boarded only with its own ticket.
//!
//! Where other servers change the same database, keeping anything needs their word on changes. Without it nothing is
//! kept or shared: every call is a look-up of its own ([`Callers::keep_nothing`]). Nor does anything count that is kept while
//! nobody listens because the whole process, or the machine, stands still: whoever goes on first asks how long ago somebody
//! listened ([`Callers::hear_on`]).

mod counts;
mod flights;
mod found;
#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod standstill;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use quick_cache::sync::Cache;

use crate::bounds::records::STANDSTILL_MILLIS;
use crate::caller::Caller;
use crate::error::{Credential, Error, Result};
use crate::ids::{TokenId, UserId};
use crate::secret::SecretHash;
use crate::world::steady_millis;
pub use counts::CacheCounts;
use counts::Counters;
use flights::{Flights, Landed};
pub use found::{As, Found};

/// Bound on memory: a caller takes some 300 bytes.
const MOST_TOKENS: usize = 100_000;
const MOST_SESSIONS: usize = 10_000;
/// Values that are nobody's, apart from the others, so that they push nobody out.
const MOST_NOBODYS: usize = 10_000;

/// The cache. Tokens and sessions apart, so that sessions can be searched without walking over all tokens.
#[derive(Debug)]
pub struct Callers {
    tokens: Cache<SecretHash, Arc<Caller>>,
    sessions: Cache<SecretHash, Arc<Caller>>,
    nobodys: Cache<SecretHash, ()>,
    flights: Flights,
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
    keeps: bool,
}

/// Taken before a look-up, handed in with its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticket(u64);

impl Callers {
    /// An empty cache; `keeps` says whether it may keep anything yet.
    pub fn new(keeps: bool) -> Callers {
        Callers {
            tokens: Cache::new(MOST_TOKENS),
            sessions: Cache::new(MOST_SESSIONS),
            nobodys: Cache::new(MOST_NOBODYS),
            flights: Flights::default(),
            counters: Counters::default(),
            state: RwLock::new(State { generation: 0, keeps }),
            heard: AtomicU64::new(if keeps { ALONE } else { 0 }),
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
    /// [`Error::NotAuthenticated`] for a value that is nobody's; otherwise as the look-up.
    pub async fn find<F>(&self, hash: SecretHash, kind: As, look_up: impl Fn() -> F + Send) -> Result<Arc<Caller>>
    where
        F: Future<Output = Result<Found>> + Send + 'static,
    {
        if self.nobodys.get(&hash).is_some() && self.is_current(steady_millis) {
            self.counters.nobodys.add_one();
            return Err(Error::NotAuthenticated(Credential::Unknown));
        }
        let Some(ticket) = self.ticket() else {
            self.counters.look_ups.add_one();
            return Landed::of(look_up().await).into_caller();
        };
        let (landed, shared) = self.flights.board((hash, kind), ticket.0, &look_up).await;
        if shared && matches!(landed, Landed::Found(Found::NotNow)) {
            // It may have become a caller after the look-up and before this request.
            self.counters.look_ups.add_one();
            return Landed::of(look_up().await).into_caller();
        }
        if shared { &self.counters.shared } else { &self.counters.look_ups }.add_one();
        self.keep(ticket, hash, &landed);
        landed.into_caller()
    }

    /// Notes that a caller who was known is taken at that.
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
            self.nobodys.remove(hash);
            self.sessions.retain(|_, caller| caller.by_token() != Some(id));
            state.keeps
        });
    }

    /// Forgets one session's value, also that it was nobody's.
    pub fn forget_session(&self, hash: &SecretHash) {
        self.invalidate(|state| {
            self.sessions.remove(hash);
            self.nobodys.remove(hash);
            state.keeps
        });
    }

    /// Forgets everything that a user can call with, and every token whose secret the user made.
    pub fn forget_user(&self, user: UserId) {
        self.invalidate(|state| {
            self.tokens.retain(|_, caller| caller.user != user && caller.secret_by != Some(user));
            self.sessions.retain(|_, caller| caller.user != user);
            state.keeps
        });
    }

    /// Forgets everybody; each is looked up anew at the next call.
    pub fn forget_all(&self) {
        self.invalidate(|state| {
            self.clear();
            state.keeps
        });
    }

    /// Forgets everybody and keeps nothing from here on: changes of other servers cannot be heard.
    pub fn keep_nothing(&self) {
        self.invalidate(|_| {
            self.clear();
            false
        });
    }

    /// Keeps again. What was looked up before is not kept, since changes may have been missed until now.
    pub fn keep_again(&self) {
        self.invalidate(|_| {
            self.clear();
            true
        });
    }

    /// Whether what is looked up is kept.
    pub fn keeps(&self) -> bool {
        self.state.read().unwrap_or_else(PoisonError::into_inner).keeps
    }

    /// To be taken before the look-up begins; none while nothing is kept.
    fn ticket(&self) -> Option<Ticket> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        (state.keeps && self.is_current(steady_millis)).then_some(Ticket(state.generation))
    }

    /// Says that somebody listens to the other servers now, and has to say so again soon. After a standstill, in which their words
    /// were not heard, everybody is forgotten first; answers how long it was then, in milliseconds.
    pub fn hear_on(&self) -> Option<u64> {
        self.hear_on_at(steady_millis())
    }

    fn hear_on_at(&self, now: u64) -> Option<u64> {
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
    fn keep(&self, ticket: Ticket, hash: SecretHash, landed: &Landed) {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if !state.keeps || state.generation != ticket.0 {
            return;
        }
        match landed {
            Landed::Found(Found::Caller(caller)) => {
                let cache = if caller.session().is_some() { &self.sessions } else { &self.tokens };
                cache.insert(hash, caller.clone());
            }
            Landed::Found(Found::Nobody) => self.nobodys.insert(hash, ()),
            _ => {}
        }
    }

    fn clear(&self) {
        self.tokens.clear();
        self.sessions.clear();
        self.nobodys.clear();
    }

    /// Begins a new generation; `remove` answers whether it keeps what is looked up.
    fn invalidate(&self, remove: impl FnOnce(State) -> bool) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.generation += 1;
        state.keeps = remove(*state);
    }
}
