//! How often a token may call.
//!
//! Within any minute there are no more calls than the limit. One server alone counts each call with its moment. Where several
//! servers change one database, each takes some calls out of the limit there and spends them by itself ([`Window::granted`]), so that
//! most calls need no look at the database and all servers together keep the limit.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyrack_types::ids::TokenId;

/// The length of the window that a limit is for, in milliseconds.
pub const WINDOW_MILLIS: i64 = 60_000;

/// A grant that is not spent within so many milliseconds is void: what is spent of it counts until a minute later.
pub const GRANT_MILLIS: i64 = 1_000;

/// A server that is refused a grant asks again after so many milliseconds at the earliest.
const ASK_AGAIN_MILLIS: i64 = 200;

/// How a limit stands, as its headers say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub limit: u32,
    /// Calls that would be accepted now.
    pub remaining: u32,
    /// Seconds until there is one more.
    pub reset: u32,
}

/// Whether a call is within the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Admitted(Quota),
    /// The limit is reached.
    Refused(Quota),
    /// A grant has to be fetched from the database first.
    NeedsGrant,
}

/// The calls of one token within the last minute.
#[derive(Debug, Default)]
pub struct Window {
    calls: Mutex<Calls>,
    /// Held while a grant is asked for, so that many calls at once ask once.
    pub asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Calls {
    /// Moments in milliseconds since 1970, and how many calls each had; in their order.
    moments: VecDeque<(i64, u32)>,
    total: u32,
    grant: Grant,
}

/// Calls that this server took out of a shared limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Grant {
    /// Its number in the database; 0 for none.
    pub id: i64,
    /// How many of it were spent, and when the last one was.
    pub spent: u32,
    pub last_at: i64,
    left: u32,
    until: i64,
    /// What is left of the limit beside it, and when there is more.
    beside: u32,
    reset_at: i64,
}

/// What a database answers to a server that asks for calls.
#[derive(Clone, Copy, Debug)]
pub struct Granted {
    /// The grant's number; 0 where nothing was granted.
    pub id: i64,
    pub calls: u32,
    /// What is left of the limit beside these calls.
    pub beside: u32,
    /// When a call of before leaves the window.
    pub reset_at: i64,
}

fn seconds_until(moment: i64, now: i64) -> u32 {
    u32::try_from(((moment - now).max(0) + 999) / 1000).unwrap_or(u32::MAX).max(1)
}

impl Window {
    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one call out of a limit that this server alone keeps.
    pub fn take(&self, now: i64, limit: u32) -> Admission {
        let mut calls = self.lock();
        calls.drop_past(now);
        if calls.total >= limit {
            return Admission::Refused(calls.quota(now, limit));
        }
        calls.total += 1;
        match calls.moments.back_mut() {
            Some((moment, count)) if *moment >= now => *count += 1,
            _ => calls.moments.push_back((now, 1)),
        }
        Admission::Admitted(calls.quota(now, limit))
    }

    /// How a limit stands that this server alone keeps; nothing is taken out of it.
    pub fn look(&self, now: i64, limit: u32) -> Quota {
        let mut calls = self.lock();
        calls.drop_past(now);
        calls.quota(now, limit)
    }

    /// Takes one call out of what this server was granted of a shared limit.
    pub fn take_granted(&self, now: i64, limit: u32) -> Admission {
        let grant = &mut self.lock().grant;
        if now >= grant.until || now + 2 * WINDOW_MILLIS < grant.until {
            return Admission::NeedsGrant;
        }
        if grant.left == 0 {
            let refused = grant.id == 0;
            return if refused { Admission::Refused(grant.quota(now, limit)) } else { Admission::NeedsGrant };
        }
        grant.left -= 1;
        grant.spent += 1;
        grant.last_at = now;
        Admission::Admitted(grant.quota(now, limit))
    }

    /// How a shared limit stands, as far as this server knows.
    pub fn look_granted(&self, now: i64, limit: u32) -> Quota {
        let grant = self.lock().grant;
        if now < grant.until { grant.quota(now, limit) } else { Quota { limit, remaining: limit, reset: 60 } }
    }

    /// The grant that was spent so far, which the next one replaces.
    pub fn grant(&self) -> Grant {
        self.lock().grant
    }

    /// Begins to spend what the database granted.
    pub fn granted(&self, now: i64, granted: Granted) {
        let until = now + if granted.calls == 0 { ASK_AGAIN_MILLIS } else { GRANT_MILLIS };
        self.lock().grant = Grant {
            id: granted.id,
            spent: 0,
            last_at: now,
            left: granted.calls,
            until,
            beside: granted.beside,
            reset_at: granted.reset_at,
        };
    }

    /// Whether it holds anything that still counts.
    fn is_in_use(&self, now: i64) -> bool {
        let mut calls = self.lock();
        calls.drop_past(now);
        calls.total > 0 || (calls.grant.id != 0 && calls.grant.last_at > now - 2 * WINDOW_MILLIS)
    }
}

impl Calls {
    fn drop_past(&mut self, now: i64) {
        // A clock that was set back by far must not hold callers off until it is there again.
        if self.moments.back().is_some_and(|(last, _)| *last > now + WINDOW_MILLIS) {
            self.moments.clear();
            self.total = 0;
        }
        while let Some((moment, count)) = self.moments.front().copied()
            && moment <= now - WINDOW_MILLIS
        {
            self.moments.pop_front();
            self.total -= count;
        }
    }

    fn quota(&self, now: i64, limit: u32) -> Quota {
        let oldest = self.moments.front().map_or(now, |(moment, _)| *moment);
        let reset = seconds_until(oldest + WINDOW_MILLIS, now);
        Quota { limit, remaining: limit.saturating_sub(self.total), reset }
    }
}

impl Grant {
    fn quota(&self, now: i64, limit: u32) -> Quota {
        let remaining = (self.left + self.beside).min(limit);
        Quota { limit, remaining, reset: seconds_until(self.reset_at, now) }
    }
}

/// The windows of all tokens with a limit that were used lately. They outlive what is remembered of a caller: an edit of a token,
/// or an emptied cache, must not begin the minute anew.
#[derive(Debug, Default)]
pub struct Rates(Mutex<HashMap<TokenId, Arc<Window>>>);

impl Rates {
    /// The window of a token.
    pub fn window(&self, token: TokenId) -> Arc<Window> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(token).or_default().clone()
    }

    /// Drops windows that hold nothing and that nothing refers to.
    pub fn tidy(&self, now: i64) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, window| Arc::strong_count(window) > 1 || window.is_in_use(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_holds_more_calls_than_the_limit() {
        // Calls of every pattern, walked with a generator of numbers that is always the same.
        let (window, mut state, mut now, limit) = (Window::default(), 7_u64, 1_000_000_i64, 5);
        let mut accepted = Vec::new();
        for _ in 0..5_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            now += i64::try_from(state >> 51).unwrap();
            if let Admission::Admitted(quota) = window.take(now, limit) {
                accepted.push(now);
                assert!(quota.remaining < limit);
            }
        }
        let most = accepted
            .iter()
            .map(|begin| accepted.iter().filter(|at| (*begin..begin + WINDOW_MILLIS).contains(at)).count());
        assert_eq!(most.max(), Some(limit as usize));
    }

    #[test]
    fn what_remains_falls_by_one_and_comes_back_a_minute_after_the_first() {
        let window = Window::default();
        for remaining in [2, 1, 0] {
            assert_eq!(window.take(1_000, 3), Admission::Admitted(Quota { limit: 3, remaining, reset: 60 }));
        }
        assert_eq!(window.take(2_500, 3), Admission::Refused(Quota { limit: 3, remaining: 0, reset: 59 }));
        assert!(matches!(window.take(60_999, 3), Admission::Refused(Quota { reset: 1, .. })));
        assert!(matches!(window.take(61_000, 3), Admission::Admitted(Quota { remaining: 2, .. })));
    }

    #[test]
    fn a_clock_that_was_set_back_holds_nobody_off() {
        let window = Window::default();
        assert!(matches!(window.take(10_000_000, 1), Admission::Admitted(_)));
        assert!(matches!(window.take(1_000, 1), Admission::Admitted(_)));
    }

    #[test]
    fn a_window_is_kept_as_long_as_it_counts() {
        let rates = Rates::default();
        assert!(matches!(rates.window(TokenId(1)).take(1_000, 1), Admission::Admitted(_)));
        rates.tidy(2_000);
        assert!(matches!(rates.window(TokenId(1)).take(2_000, 1), Admission::Refused(_)));
        rates.tidy(70_000);
        assert!(rates.0.lock().unwrap().is_empty());
    }
}
