//! What a guess counts towards, and how many wrong ones of each are free.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::secret::SecretHash;
use keyrack_types::bounds::guessing::{
    ADDRESS_AT_ONCE, FREE_TRIES, FREE_TRIES_OF_ADDRESS, INVITATION_AT_ONCE, LONGEST_PAUSE, USER_AT_ONCE,
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
pub(super) enum Key {
    Pair(SecretHash, IpAddr),
    Address(IpAddr),
    Session(SessionId),
    User(UserId),
    Code(UserId),
    Invitation(i64),
}

/// What a guess counts towards, its own count first.
pub(super) fn keys(guess: Guess<'_>) -> Vec<Key> {
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
pub(super) fn free(key: Key) -> u32 {
    match key {
        Key::Pair(..) | Key::Session(_) | Key::Code(_) => FREE_TRIES,
        Key::Address(_) => FREE_TRIES_OF_ADDRESS,
        // Only how many are looked at together is bounded.
        Key::User(_) | Key::Invitation(_) => u32::MAX,
    }
}

/// Tries that are looked at together while the free ones last.
pub(super) fn at_once(key: Key) -> u32 {
    match key {
        Key::Pair(..) | Key::Session(_) | Key::Code(_) => FREE_TRIES + 1,
        Key::Address(_) => ADDRESS_AT_ONCE,
        Key::User(_) => USER_AT_ONCE,
        Key::Invitation(_) => INVITATION_AT_ONCE,
    }
}

/// 1, 2, 4, … seconds, once the free ones are used up.
pub(super) fn pause_after(key: Key, wrong: u32) -> Duration {
    match wrong.saturating_sub(free(key)) {
        0 => Duration::ZERO,
        further => Duration::from_secs(1 << (further - 1).min(10)).min(LONGEST_PAUSE),
    }
}
