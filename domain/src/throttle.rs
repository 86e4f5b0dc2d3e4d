//! Guessing passwords gets slower with every wrong one.
//!
//! Counted are the pair of account and address, and the address alone; an outsider who guesses at somebody's account
//! slows down only himself. An IPv6 address counts as its network of 64 bits: that is what one customer is given, so
//! all of its addresses are one guesser. Codes of a second factor are counted by user: who may try them knows the
//! password already. A short pause is waited out before the answer; a long one is refused at once, so that waiting tries
//! do not pile up.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::secret::SecretHash;

/// Wrong passwords from one address for one account before pauses begin.
const FREE_FOR_PAIR: u32 = 4;
/// Wrong passwords from one address for any account before pauses begin: many people can share an address.
const FREE_FOR_ADDRESS: u32 = 30;
const LONGEST_PAUSE: Duration = Duration::from_secs(900);
/// Pauses up to this length are waited out within the request: many clients give up on an answer after ten seconds, and what
/// is proved in the end takes its time too.
const WAITED_OUT: Duration = Duration::from_secs(8);
/// A count is forgotten after so long without a further wrong password.
const FORGOTTEN: Duration = Duration::from_secs(3600);
/// Bound on memory: beyond it the oldest counts go first.
const MOST_COUNTS: usize = 50_000;

/// What is being guessed, and by whom.
#[derive(Clone, Copy, Debug)]
pub enum Guess<'a> {
    /// The password of an account, from an address.
    Password { account: &'a str, address: IpAddr },
    /// The second factor of a user.
    Code { user: UserId },
}

/// Of one size, whatever was typed: strangers choose how long the login of an unknown account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Pair(SecretHash, IpAddr),
    Address(IpAddr),
    Code(UserId),
}

#[derive(Clone, Copy, Debug)]
struct Count {
    wrong: u32,
    last: Instant,
    /// The next try is looked at from here on.
    next: Instant,
}

/// Counts wrong passwords and holds tries back.
#[derive(Debug, Default)]
pub struct Throttle {
    counts: Mutex<HashMap<Key, Count>>,
}

impl Throttle {
    /// Waits until this guess may be looked at.
    ///
    /// # Errors
    /// [`Error::TooManyTries`] when that would take longer than a request should last.
    pub async fn admit(&self, guess: Guess<'_>) -> Result<()> {
        let now = Instant::now();
        let until = {
            let mut counts = self.lock();
            let keys = keys(guess);
            let until = keys.iter().filter_map(|key| counts.get(key)).map(|count| count.next).max().unwrap_or(now);
            let pause = until.saturating_duration_since(now);
            if pause > WAITED_OUT {
                return Err(Error::TooManyTries { wait: seconds(pause) });
            }
            // Tries that arrive together must not be looked at together: each moves the next one back.
            for key in &keys {
                if let Some(count) = counts.get_mut(key).filter(|count| !pause_after(key, count.wrong).is_zero()) {
                    count.next = until.max(now) + pause_after(key, count.wrong);
                }
            }
            until
        };
        tokio::time::sleep_until(until).await;
        Ok(())
    }

    /// Notes a wrong guess; answers the pause in seconds before the next try is looked at.
    pub fn wrong(&self, guess: Guess<'_>) -> u32 {
        let now = Instant::now();
        let mut counts = self.lock();
        if counts.len() >= MOST_COUNTS {
            forget_old(&mut counts, now);
        }
        let mut longest = Duration::ZERO;
        for key in keys(guess) {
            let count = counts.entry(key).or_insert(Count { wrong: 0, last: now, next: now });
            if now.duration_since(count.last) > FORGOTTEN {
                count.wrong = 0;
            }
            count.wrong = count.wrong.saturating_add(1);
            count.last = now;
            let pause = pause_after(&key, count.wrong);
            count.next = count.next.max(now + pause);
            longest = longest.max(count.next.saturating_duration_since(now));
        }
        seconds(longest)
    }

    /// Notes a right guess: the pair or the user starts afresh. The address keeps its count, or one known password would
    /// open the way to guess others'.
    pub fn right(&self, guess: Guess<'_>) {
        if let Some(own) = keys(guess).first() {
            self.lock().remove(own);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Count>> {
        self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// What a guess counts towards, its own count first.
fn keys(guess: Guess<'_>) -> Vec<Key> {
    match guess {
        Guess::Password { account, address } => {
            let network = network(address);
            vec![Key::Pair(SecretHash::of(account), network), Key::Address(network)]
        }
        Guess::Code { user } => vec![Key::Code(user)],
    }
}

/// What one guesser has at hand: an IPv4 address, or the upper half of an IPv6 address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

/// 1, 2, 4, … seconds, once the free ones are used up.
fn pause_after(key: &Key, wrong: u32) -> Duration {
    let free = match key {
        Key::Pair(..) | Key::Code(_) => FREE_FOR_PAIR,
        Key::Address(_) => FREE_FOR_ADDRESS,
    };
    match wrong.checked_sub(free + 1) {
        None => Duration::ZERO,
        Some(further) => Duration::from_secs(1 << further.min(10)).min(LONGEST_PAUSE),
    }
}

fn forget_old(counts: &mut HashMap<Key, Count>, now: Instant) {
    counts.retain(|_, count| now.duration_since(count.last) <= FORGOTTEN);
    if counts.len() >= MOST_COUNTS {
        let mut ages: Vec<_> = counts.values().map(|count| count.last).collect();
        ages.sort_unstable();
        let keep_from = ages[ages.len() / 2];
        counts.retain(|_, count| count.last > keep_from);
    }
}

fn seconds(pause: Duration) -> u32 {
    u32::try_from(pause.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn guess(account: &str, address: IpAddr) -> Guess<'_> {
        Guess::Password { account, address }
    }

    #[tokio::test(start_paused = true)]
    async fn each_wrong_password_after_the_fourth_makes_the_next_try_later() {
        let throttle = Throttle::default();
        let mut waited = Vec::new();
        for _ in 0..8 {
            let begun = Instant::now();
            throttle.admit(guess("ada", HERE)).await.unwrap();
            waited.push(begun.elapsed().as_secs());
            throttle.wrong(guess("ada", HERE));
        }
        assert_eq!(waited, [0, 0, 0, 0, 0, 1, 2, 4]);
        assert!(throttle.admit(guess("ada", HERE)).await.is_ok());
        assert_eq!(throttle.wrong(guess("ada", HERE)), 16);
        assert!(matches!(throttle.admit(guess("ada", HERE)).await, Err(Error::TooManyTries { wait: 16 })));
        tokio::time::advance(Duration::from_secs(7)).await;
        assert!(matches!(throttle.admit(guess("ada", HERE)).await, Err(Error::TooManyTries { wait: 9 })));
    }

    #[tokio::test(start_paused = true)]
    async fn others_are_not_held_back_and_the_right_password_starts_afresh() {
        let throttle = Throttle::default();
        for _ in 0..9 {
            throttle.wrong(guess("ada", HERE));
        }
        let begun = Instant::now();
        throttle.admit(guess("ada", THERE)).await.unwrap();
        throttle.admit(guess("bob", HERE)).await.unwrap();
        assert!(begun.elapsed().is_zero());
        throttle.right(guess("ada", HERE));
        throttle.admit(guess("ada", HERE)).await.unwrap();
        assert!(begun.elapsed().is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn tries_that_arrive_together_are_looked_at_one_after_the_other() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.wrong(guess("ada", HERE));
        }
        let begun = Instant::now();
        let (first, second) = tokio::join!(throttle.admit(guess("ada", HERE)), throttle.admit(guess("ada", HERE)));
        first.unwrap();
        second.unwrap();
        assert_eq!(begun.elapsed().as_secs(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_tries_many_accounts_is_slowed_down() {
        let throttle = Throttle::default();
        for number in 0..40 {
            throttle.wrong(guess(&format!("user{number}"), HERE));
        }
        assert!(throttle.admit(guess("somebody", HERE)).await.is_err());
        assert!(throttle.admit(guess("somebody", THERE)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn all_addresses_of_one_ipv6_network_are_one_guesser() {
        let throttle = Throttle::default();
        for number in 0..10 {
            throttle.wrong(guess("ada", format!("2001:db8:1:2::{number}").parse().unwrap()));
        }
        assert!(throttle.admit(guess("ada", "2001:db8:1:2:ffff::1".parse().unwrap())).await.is_err());
        assert!(throttle.admit(guess("ada", "2001:db8:1:3::1".parse().unwrap())).await.is_ok());
    }

    #[test]
    fn a_long_login_takes_no_more_memory_than_a_short_one() {
        assert!(!std::mem::needs_drop::<Key>(), "a key owns nothing beyond itself");
        let throttle = Throttle::default();
        let long = "x".repeat(1 << 20);
        for _ in 0..5 {
            throttle.wrong(guess(&long, HERE));
        }
        assert_eq!(throttle.lock().len(), 2);
    }

    #[test]
    fn memory_is_bounded() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let throttle = Throttle::default();
            for number in 0..(MOST_COUNTS as u32 + 1000) {
                throttle.wrong(guess("ada", IpAddr::from(number.to_be_bytes())));
            }
            assert!(throttle.lock().len() <= MOST_COUNTS + 2);
        });
    }
}
