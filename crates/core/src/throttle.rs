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

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::error::{Error, Result};
use crate::secret::SecretHash;
use keyrack_types::bounds::guessing::{
    ADDRESS_AT_ONCE, COUNTS, FORGOTTEN, FREE_TRIES, FREE_TRIES_OF_ADDRESS, INVITATION_AT_ONCE, LONGEST_PAUSE,
    USER_AT_ONCE, WAITED_OUT, WAITING_TRIES,
};
use keyrack_types::ids::{SessionId, UserId};

/// What is being tried, and by whom.
#[derive(Clone, Copy, Debug)]
pub enum Guess<'a> {
    /// The password of an account, from an address.
    Password { account: &'a str, address: IpAddr },
    /// The password of a user who is signed in, before a change.
    StepUp { user: UserId, session: SessionId },
    /// The one-time code of a user.
    Code { user: UserId },
    /// Not a guess, but work that few requests with one link may ask for at once: accepting an invitation.
    Invitation { id: i64 },
}

/// Of one size, whatever was typed: strangers choose how long the login of an unknown account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Pair(SecretHash, IpAddr),
    Address(IpAddr),
    Session(SessionId),
    User(UserId),
    Code(UserId),
    Invitation(i64),
}

#[derive(Debug)]
struct Count {
    wrong: u32,
    /// Reserved and not settled yet.
    looked_at: u32,
    /// Waiting to be looked at.
    waiting: u32,
    last: Instant,
    /// The next try is looked at from here on.
    next: Instant,
    /// Tells those who wait that something was settled.
    settled: Arc<Notify>,
}

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

impl Count {
    fn new(now: Instant) -> Count {
        Count { wrong: 0, looked_at: 0, waiting: 0, last: now, next: now, settled: Arc::default() }
    }

    fn release(&mut self) {
        self.looked_at = self.looked_at.saturating_sub(1);
        self.settled.notify_waiters();
    }

    fn may_enter(&self, key: Key, now: Instant) -> bool {
        // What is looked at may be wrong; after the free ones each has to be settled before the next begins.
        let at_once = if self.wrong.saturating_add(self.looked_at) <= free(key) { at_once(key) } else { 1 };
        self.next <= now && self.looked_at < at_once
    }

    /// When a further try would be looked at if all before it are wrong, as far as the deadline matters. While the free ones
    /// last, they are taken to be right: many programs of one user sign in at once.
    fn earliest(&self, key: Key, now: Instant, deadline: Instant) -> Instant {
        let mut until = self.next.max(now);
        if self.wrong > free(key) {
            for before in 1..=self.looked_at.saturating_add(self.waiting) {
                if until > deadline {
                    break;
                }
                until += pause_after(key, self.wrong.saturating_add(before));
            }
        }
        until
    }

    fn is_used(&self) -> bool {
        self.looked_at > 0 || self.waiting > 0
    }
}

/// What a guess counts towards, its own count first.
fn keys(guess: Guess<'_>) -> Vec<Key> {
    match guess {
        Guess::Password { account, address } => {
            let guesser = guesser(address);
            vec![Key::Pair(SecretHash::of(account), guesser), Key::Address(guesser)]
        }
        Guess::StepUp { user, session } => vec![Key::Session(session), Key::User(user)],
        Guess::Code { user } => vec![Key::Code(user)],
        Guess::Invitation { id } => vec![Key::Invitation(id)],
    }
}

/// What one guesser has at hand: an IPv4 address, the upper half of an IPv6 address, or this machine with every address that
/// leads back to it.
fn guesser(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        address if address.is_loopback() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

/// Wrong tries before pauses begin.
fn free(key: Key) -> u32 {
    match key {
        Key::Pair(..) | Key::Session(_) | Key::Code(_) => FREE_TRIES,
        Key::Address(_) => FREE_TRIES_OF_ADDRESS,
        // Only how many are looked at together is bounded.
        Key::User(_) | Key::Invitation(_) => u32::MAX,
    }
}

/// Tries that are looked at together while the free ones last.
fn at_once(key: Key) -> u32 {
    match key {
        Key::Pair(..) | Key::Session(_) | Key::Code(_) => FREE_TRIES + 1,
        Key::Address(_) => ADDRESS_AT_ONCE,
        Key::User(_) => USER_AT_ONCE,
        Key::Invitation(_) => INVITATION_AT_ONCE,
    }
}

/// 1, 2, 4, … seconds, once the free ones are used up.
fn pause_after(key: Key, wrong: u32) -> Duration {
    match wrong.saturating_sub(free(key)) {
        0 => Duration::ZERO,
        further => Duration::from_secs(1 << (further - 1).min(10)).min(LONGEST_PAUSE),
    }
}

/// Makes room. What is looked at or waited for stays: there is never more of it than there are requests.
fn forget_old(counts: &mut HashMap<Key, Count>, now: Instant) {
    counts.retain(|_, count| count.is_used() || now.duration_since(count.last) <= FORGOTTEN);
    if counts.len() >= COUNTS {
        let mut ages: Vec<_> = counts.values().map(|count| count.last).collect();
        ages.sort_unstable();
        let keep_from = ages[ages.len() / 2];
        counts.retain(|_, count| count.is_used() || count.last > keep_from);
    }
}

/// At least a second: without a pause too, something has to be settled first.
fn too_many(pause: Duration) -> Error {
    Error::TooManyTries { wait: seconds(pause).max(1) }
}

fn seconds(pause: Duration) -> u32 {
    u32::try_from(pause.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures::future::join_all;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    fn guess(account: &str, address: IpAddr) -> Guess<'_> {
        Guess::Password { account, address }
    }

    /// A wrong try, and the pause after it; `None` when it was not looked at.
    async fn failed_try(throttle: &Throttle, guess: Guess<'_>) -> Option<u32> {
        Some(throttle.reserve(guess).await.ok()?.failed())
    }

    /// So many failed tries, however long it takes.
    async fn wrong_ones(throttle: &Throttle, guess: Guess<'_>, count: usize) {
        for _ in 0..count {
            while let Err(Error::TooManyTries { wait }) = throttle.reserve(guess).await.map(Try::failed) {
                tokio::time::advance(Duration::from_secs(wait.into())).await;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_wrong_password_after_the_fourth_makes_the_next_try_later() {
        let throttle = Throttle::default();
        let mut waited = Vec::new();
        for _ in 0..8 {
            let begun = Instant::now();
            failed_try(&throttle, guess("ada", HERE)).await.unwrap();
            waited.push(begun.elapsed().as_secs());
        }
        assert_eq!(waited, [0, 0, 0, 0, 0, 1, 2, 4]);
        assert_eq!(failed_try(&throttle, guess("ada", HERE)).await, Some(16));
        assert!(matches!(throttle.reserve(guess("ada", HERE)).await, Err(Error::TooManyTries { wait: 16 })));
        tokio::time::advance(Duration::from_secs(7)).await;
        assert!(matches!(throttle.reserve(guess("ada", HERE)).await, Err(Error::TooManyTries { wait: 9 })));
    }

    #[tokio::test(start_paused = true)]
    async fn wrong_tries_that_arrive_together_are_looked_at_as_often_as_one_after_the_other() {
        for guess in [guess("ada", HERE), Guess::Code { user: UserId(1) }, step_up(1, 1)] {
            let throttle = Throttle::default();
            let looked_at = join_all((0..65).map(|_| async {
                let reserved = throttle.reserve(guess).await.ok()?;
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some(reserved.failed())
            }))
            .await;
            assert_eq!(looked_at.iter().flatten().count(), 8, "{guess:?}: 5 at once, and after 1, 2 and 4 s");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn right_ones_that_arrive_together_hold_nobody_back() {
        let throttle = Throttle::default();
        let begun = Instant::now();
        let looked_at = join_all((0..60).map(|_| async {
            let reserved = throttle.reserve(guess("ada", HERE)).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
            reserved.succeeded();
            Ok::<_, Error>(())
        }))
        .await;
        assert!(looked_at.iter().all(Result::is_ok), "{looked_at:?}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        assert!(throttle.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_was_never_looked_at_is_given_back() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            drop(throttle.reserve(guess("ada", HERE)).await.unwrap());
        }
        // Also the place of one that waits.
        let held: Vec<_> = join_all((0..5).map(|_| throttle.reserve(guess("ada", HERE)))).await;
        let gave_up = tokio::time::timeout(Duration::from_secs(1), throttle.reserve(guess("ada", HERE))).await;
        assert!(gave_up.is_err());
        drop(held);
        assert!(throttle.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn others_are_not_held_back_and_the_right_password_starts_afresh() {
        let throttle = Throttle::default();
        wrong_ones(&throttle, guess("ada", HERE), 9).await;
        let begun = Instant::now();
        throttle.reserve(guess("ada", THERE)).await.unwrap().succeeded();
        throttle.reserve(guess("bob", HERE)).await.unwrap().succeeded();
        assert!(begun.elapsed().is_zero());
        tokio::time::advance(Duration::from_secs(16)).await;
        throttle.reserve(guess("ada", HERE)).await.unwrap().succeeded();
        let begun = Instant::now();
        wrong_ones(&throttle, guess("ada", HERE), 4).await;
        assert!(begun.elapsed().is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn tries_that_are_looked_at_hold_back_neither_other_addresses_nor_other_accounts() {
        let throttle = Throttle::default();
        let _held = join_all((0..5).map(|_| throttle.reserve(guess("ada", HERE)))).await;
        let begun = Instant::now();
        throttle.reserve(guess("ada", THERE)).await.unwrap().succeeded();
        throttle.reserve(guess("bob", HERE)).await.unwrap().succeeded();
        assert!(begun.elapsed().is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_is_bounded_and_a_further_try_is_refused_at_once() {
        let throttle = Throttle::default();
        let _held = join_all((0..5).map(|_| throttle.reserve(guess("ada", HERE)))).await;
        let waiting = tokio::spawn({
            let throttle = throttle.clone();
            async move {
                let tries = (0..WAITING_TRIES).map(|_| throttle.reserve(guess("ada", HERE)));
                join_all(tries).await.into_iter().filter(Result::is_err).count()
            }
        });
        tokio::task::yield_now().await;
        let begun = Instant::now();
        assert!(matches!(throttle.reserve(guess("ada", HERE)).await, Err(Error::TooManyTries { wait: 1 })));
        assert!(begun.elapsed().is_zero());
        // They give up when the request has lasted long enough.
        assert_eq!(waiting.await.unwrap(), WAITING_TRIES as usize);
        assert!(begun.elapsed() >= WAITED_OUT);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_tries_many_accounts_is_slowed_down() {
        let throttle = Throttle::default();
        for number in 0..35 {
            let account = format!("user{number}");
            wrong_ones(&throttle, guess(&account, HERE), 1).await;
        }
        assert!(throttle.reserve(guess("somebody", HERE)).await.is_err());
        assert!(throttle.reserve(guess("somebody", THERE)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn sign_in_and_step_up_do_not_hold_each_other_back() {
        let throttle = Throttle::default();
        for number in 0..35 {
            wrong_ones(&throttle, guess(["ada", "bob"][number % 2], HERE), 1).await;
        }
        let begun = Instant::now();
        throttle.reserve(step_up(1, 1)).await.unwrap().succeeded();
        wrong_ones(&throttle, step_up(1, 1), 9).await;
        assert!(throttle.reserve(step_up(1, 1)).await.is_err());
        throttle.reserve(step_up(1, 2)).await.unwrap().succeeded();
        throttle.reserve(guess("ada", THERE)).await.unwrap().succeeded();
        assert!(begun.elapsed() < Duration::from_secs(60));
    }

    fn step_up(user: i64, session: i64) -> Guess<'static> {
        Guess::StepUp { user: UserId(user), session: SessionId(session) }
    }

    #[tokio::test(start_paused = true)]
    async fn all_addresses_of_one_network_or_of_this_machine_are_one_guesser() {
        for (own, other) in [
            (["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::1"], "2001:db8:1:3::1"),
            (["127.0.0.1", "127.9.8.7", "::1"], "192.0.2.1"),
            (["127.255.255.254", "::ffff:127.0.0.2", "::1"], "::2"),
        ] {
            let throttle = Throttle::default();
            for number in 0..9 {
                wrong_ones(&throttle, guess("ada", own[number % 3].parse().unwrap()), 1).await;
            }
            for address in own {
                assert!(throttle.reserve(guess("ada", address.parse().unwrap())).await.is_err(), "{address}");
            }
            assert!(throttle.reserve(guess("ada", other.parse().unwrap())).await.is_ok(), "{other}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_login_takes_no_more_memory_than_a_short_one() {
        assert!(!std::mem::needs_drop::<Key>(), "a key owns nothing beyond itself");
        let throttle = Throttle::default();
        let long = "x".repeat(1 << 20);
        wrong_ones(&throttle, guess(&long, HERE), 5).await;
        assert_eq!(throttle.lock().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..(COUNTS as u32 + 1000) {
            let _ = failed_try(&throttle, guess("ada", IpAddr::from((number + (1 << 29)).to_be_bytes()))).await;
        }
        assert!(throttle.lock().len() <= COUNTS + 2);
    }
}
