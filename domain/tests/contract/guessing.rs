//! Wrong passwords and codes, also many at once: what is looked at, and who is held back by it.

use futures::future::join_all;
use keyrack_domain::accounts::{Confirmation, SessionKind, SignIn};
use keyrack_domain::caller::Client;
use keyrack_domain::second_factor::Proof;
use keyrack_domain::{Error, Result};

use crate::second_factor::{enrol, half};
use crate::test_domain::{PASSWORD, TestDomain, client, on_both};

/// Looked at when they come one after the other within the seconds that a request waits: five at once, and one each after
/// 1, 2 and 4 seconds, where hashing is fast enough for the last.
const LOOKED_AT: std::ops::RangeInclusive<usize> = 5..=8;

fn from(address: &str) -> Client {
    Client { address: address.parse().unwrap(), ..client() }
}

/// How many of these wrong tries were looked at; the others were refused.
fn looked_at<T>(results: Vec<Result<T>>) -> usize {
    let kinds = results.into_iter().map(|result| match result.err().expect("it was wrong") {
        Error::WrongSignIn { .. } | Error::WrongPassword { .. } | Error::WrongCode { .. } => true,
        Error::TooManyTries { wait } => {
            assert!(wait > 0);
            false
        }
        other => panic!("{other}"),
    });
    kinds.filter(|looked_at| *looked_at).count()
}

on_both! {
    async fn passwords_that_are_sent_at_once_are_looked_at_as_often_as_one_after_the_other(bed: TestDomain) {
        let owner = bed.owner().await;
        // All addresses of one machine are one guesser.
        let own: Vec<_> = ["127.0.0.1", "127.8.8.8", "::1"].map(from).into();
        let signing_in = (0..65).map(|turn: usize| {
            bed.keyrack.accounts.sign_in("owner@example.org", "wrong", &own[turn % own.len()], SessionKind::Api)
        });
        let wrong = Confirmation::password("wrong");
        let confirming = (0..65).map(|turn: usize| bed.keyrack.accounts.confirm(&owner, &own[turn % own.len()], &wrong));
        let (signed_in, confirmed) = tokio::join!(join_all(signing_in), join_all(confirming));
        assert!(LOOKED_AT.contains(&looked_at(signed_in)));
        assert!(LOOKED_AT.contains(&looked_at(confirmed)));
        // Neither other addresses nor other sessions are held back.
        let there = bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &from("128.0.0.1"), SessionKind::Api).await.unwrap();
        let SignIn::Done(there) = there else { panic!("there is no second factor") };
        bed.keyrack.accounts.confirm(&there.caller, &own[0], &Confirmation::password(PASSWORD)).await.unwrap();
    }

    async fn wrong_sign_ins_from_an_address_hold_no_step_up_back(bed: TestDomain) {
        let owner = bed.owner().await;
        let (bed, from) = (&bed, &client());
        let wrong = async |number: usize| {
            bed.keyrack.accounts.sign_in(&format!("a{number}@b.c"), "wrong", from, SessionKind::Api).await.unwrap_err()
        };
        for number in 0..31 {
            wrong(number).await;
        }
        // The address has to wait from here on, and longer with each that waits already.
        let right = Confirmation::password(PASSWORD);
        tokio::select! {
            biased;
            _ = join_all((0..80).map(wrong)) => panic!("some of them wait for seconds"),
            confirmed = bed.keyrack.accounts.confirm(&owner, from, &right) => drop(confirmed.unwrap()),
        }
    }

    async fn codes_that_are_sent_at_once_are_looked_at_as_often_as_one_after_the_other(bed: TestDomain) {
        let owner = bed.owner().await;
        enrol(&bed, &owner).await;
        let challenge = half(&bed, SessionKind::Api).await;
        let (from, wrong) = (client(), Proof::Code("000000".into()));
        let tries = (0..142).map(|_| {
            bed.keyrack.accounts.finish_sign_in(challenge.secret.as_str(), &wrong, &from, SessionKind::Api)
        });
        assert!(LOOKED_AT.contains(&looked_at(join_all(tries).await)));
    }

    async fn wrong_codes_hold_back_neither_recovery_codes_nor_passkeys(bed: TestDomain) {
        let owner = bed.owner().await;
        let (_, codes) = enrol(&bed, &owner).await;
        let challenge = half(&bed, SessionKind::Api).await;
        let from = client();
        let prove = async |proof: Proof| {
            bed.keyrack.accounts.finish_sign_in(challenge.secret.as_str(), &proof, &from, SessionKind::Api).await
        };
        let wrong = || Proof::Code("000000".into());
        for _ in 0..5 {
            prove(wrong()).await.unwrap_err();
        }
        let mut spoilt = codes[0].clone();
        spoilt.replace_range(..1, if spoilt.starts_with('a') { "b" } else { "a" });
        let others = async {
            for proof in [Proof::Passkey { ceremony: 1, answer: "{}".into() }, Proof::Code(spoilt), Proof::Code("none".into())] {
                for _ in 0..9 {
                    let looked_at = prove(proof.clone()).await;
                    assert!(matches!(looked_at, Err(Error::WrongCode { wait: 0 })), "{looked_at:?}");
                }
            }
            prove(Proof::Code(codes[0].clone())).await.unwrap();
        };
        tokio::select! {
            biased;
            _ = join_all((0..80).map(|_| prove(wrong()))) => panic!("some of them wait for seconds"),
            () = others => {}
        }
    }

    async fn who_signs_in_a_hundred_times_at_once_leaves_places_to_others(bed: TestDomain) {
        bed.stranger().await;
        let (own, there) = (client(), from("198.51.100.7"));
        let many = join_all((0..100).map(|_| bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &own, SessionKind::Api)));
        let others = async {
            let mut results = Vec::new();
            for address in [&own, &there, &own, &there] {
                results.push(bed.keyrack.accounts.sign_in("stranger@example.net", PASSWORD, address, SessionKind::Api).await);
            }
            results
        };
        let (_, others) = tokio::join!(many, others);
        assert!(others.iter().all(Result::is_ok), "{others:?}");
    }
}
