//! Known callers, by the hash of their secret.
//!
//! A look-up that began before an invalidation must not fill the cache after it, or a revoked secret would live on. So
//! each look-up takes a ticket first, and what it found is kept only while no invalidation happened since.

use std::sync::{Arc, RwLock};

use quick_cache::sync::Cache;

use crate::caller::Caller;
use crate::ids::{TokenId, UserId};
use crate::secret::SecretHash;

/// Bound on memory: a caller takes some 300 bytes.
const MOST_TOKENS: usize = 100_000;
const MOST_SESSIONS: usize = 10_000;

/// The cache. Tokens and sessions apart, so that sessions can be searched without walking over all tokens.
#[derive(Debug)]
pub struct Callers {
    tokens: Cache<SecretHash, Arc<Caller>>,
    sessions: Cache<SecretHash, Arc<Caller>>,
    /// Counts invalidations. Filling holds it for reading, invalidating for writing; a hit does not touch it.
    generation: RwLock<u64>,
}

/// Taken before a look-up, handed in with its result.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

impl Default for Callers {
    fn default() -> Callers {
        Callers { tokens: Cache::new(MOST_TOKENS), sessions: Cache::new(MOST_SESSIONS), generation: RwLock::new(0) }
    }
}

impl Callers {
    /// The caller behind a token's secret, if it is known.
    pub fn token(&self, hash: &SecretHash) -> Option<Arc<Caller>> {
        self.tokens.get(hash)
    }

    /// The caller behind a session's value, if it is known.
    pub fn session(&self, hash: &SecretHash) -> Option<Arc<Caller>> {
        self.sessions.get(hash)
    }

    /// To be taken before the look-up begins.
    pub fn ticket(&self) -> Ticket {
        Ticket(*self.generation.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Keeps what a look-up found, unless something was invalidated since it began.
    pub fn keep(&self, ticket: Ticket, hash: SecretHash, caller: &Arc<Caller>) {
        let generation = self.generation.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *generation == ticket.0 {
            let cache = if caller.session().is_some() { &self.sessions } else { &self.tokens };
            cache.insert(hash, caller.clone());
        }
    }

    /// Forgets a token's secret and every session that the token opened.
    pub fn forget_token(&self, hash: &SecretHash, id: TokenId) {
        self.invalidate(|| {
            self.tokens.remove(hash);
            self.sessions.retain(|_, caller| caller.by_token() != Some(id));
        });
    }

    /// Forgets one session's value.
    pub fn forget_session(&self, hash: &SecretHash) {
        self.invalidate(|| {
            self.sessions.remove(hash);
        });
    }

    /// Forgets everything that a user can call with.
    pub fn forget_user(&self, user: UserId) {
        self.invalidate(|| {
            self.tokens.retain(|_, caller| caller.user != user);
            self.sessions.retain(|_, caller| caller.user != user);
        });
    }

    /// Forgets everybody; each is looked up anew at the next call.
    pub fn forget_all(&self) {
        self.invalidate(|| {
            self.tokens.clear();
            self.sessions.clear();
        });
    }

    fn invalidate(&self, remove: impl FnOnce()) {
        let mut generation = self.generation.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *generation += 1;
        remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::CallerCredential;
    use crate::ids::AccountId;
    use crate::methods::MethodBits;
    use crate::types::accounts::Role;

    fn caller(id: i64) -> Arc<Caller> {
        Arc::new(Caller {
            user: UserId(1),
            email: String::new(),
            account: AccountId(1),
            role: Role::Owner,
            credential: CallerCredential::Token(TokenId(id)),
            may: MethodBits::default(),
            expires: None,
            usage: Arc::default(),
        })
    }

    #[test]
    fn a_look_up_that_began_before_an_invalidation_does_not_fill_the_cache_after_it() {
        let callers = Callers::default();
        let hash = SecretHash::of("secret");
        let begun = callers.ticket();
        callers.forget_token(&hash, TokenId(1));
        callers.keep(begun, hash, &caller(1));
        assert!(callers.token(&hash).is_none());

        callers.keep(callers.ticket(), hash, &caller(1));
        assert!(callers.token(&hash).is_some());
        callers.forget_token(&hash, TokenId(1));
        assert!(callers.token(&hash).is_none());
    }
}
