use std::net::{IpAddr, Ipv4Addr};

use futures::future::join_all;

use super::*;
use keyrack_types::ids::{SessionId, UserId};

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
