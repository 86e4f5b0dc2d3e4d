//! Uses and refusals are gathered in memory and flushed.

use std::net::IpAddr;

use chrono::TimeDelta;
use keyrack_domain::Keyrack;
use keyrack_domain::accounts::SessionKind;
use keyrack_domain::caller::{Caller, Client};
use keyrack_domain::tokens::NewToken;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::tokens::TokenUse;

use crate::test_domain::{GET, STOP, TestDomain, client, new_token, on_both};

fn from(last: u8, agent: &str) -> Client {
    Client { address: IpAddr::from([192, 0, 2, last]), user_agent: agent.into() }
}

/// Calls methods as the API's door does.
async fn call(keyrack: &Keyrack, secret: &str, client: &Client, methods: &[&str]) {
    let caller = keyrack.accounts.authenticate(secret).await.unwrap();
    for name in methods {
        let (id, _) = keyrack.catalog().entries().find(|(_, entry)| entry.info.name == *name).unwrap();
        caller.note_use(keyrack.world().now(), client);
        caller.count_call(id);
    }
}

async fn used(keyrack: &Keyrack, viewer: &Caller) -> Option<TokenUse> {
    keyrack.tokens.list(viewer).await.unwrap().tokens.remove(0).used
}

fn calls(counts: &[(&str, i64)]) -> Vec<(String, i64)> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

on_both! {
    async fn the_last_use_shows_at_once_and_is_stored_by_the_flush(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        assert_eq!(made.token.last_used, None);
        let used = bed.now();
        bed.keyrack.accounts.authenticate(&made.secret).await.unwrap().note_use(used, &client());
        assert_eq!(bed.keyrack.tokens.list(&owner).await.unwrap().tokens[0].last_used, Some(used));
        let stored = async || -> Option<i64> {
            sqlx::query_scalar("SELECT last_used_at FROM tokens").fetch_one(bed.store().await.read()).await.unwrap()
        };
        assert_eq!(stored().await, None);
        bed.keyrack.flush().await.unwrap();
        assert_eq!(stored().await, Some(used.timestamp_millis()));
    }

    async fn a_flush_never_moves_the_last_use_back(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let caller = bed.keyrack.accounts.authenticate(&made.secret).await.unwrap();
        let later = bed.now() + TimeDelta::minutes(5);
        bed.execute(&format!("UPDATE tokens SET last_used_at = {}", later.timestamp_millis())).await.unwrap();
        caller.note_use(bed.now(), &client());
        bed.keyrack.flush().await.unwrap();
        let stored: i64 = sqlx::query_scalar("SELECT last_used_at FROM tokens").fetch_one(bed.store().await.read()).await.unwrap();
        assert_eq!(stored, later.timestamp_millis());
    }

    async fn where_a_token_was_used_and_for_what_shows_at_once_and_is_stored_by_the_flush(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP, GET])).await;
        assert_eq!(used(&bed.keyrack, &owner).await, None);
        call(&bed.keyrack, &made.secret, &from(1, "first"), &[GET]).await;
        call(&bed.keyrack, &made.secret, &from(9, "curl/8.5"), &[STOP, STOP]).await;
        let expected = TokenUse {
            address: "192.0.2.9".into(),
            agent: "curl/8.5".into(),
            calls: calls(&[(STOP, 2), (GET, 1)]),
            more: 0,
        };
        assert_eq!(used(&bed.keyrack, &owner).await.as_ref(), Some(&expected));
        let next = bed.again().await;
        assert_eq!(used(&next, &owner).await, None, "not written yet");
        bed.keyrack.flush().await.unwrap();
        assert_eq!(used(&bed.keyrack, &owner).await.as_ref(), Some(&expected));
        assert_eq!(used(&next, &owner).await.as_ref(), Some(&expected));
    }

    async fn two_servers_add_their_calls_up_and_the_later_place_stays(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP, GET])).await;
        let other = bed.again().await;
        call(&bed.keyrack, &made.secret, &from(1, "earlier"), &[STOP, STOP]).await;
        bed.clock.advance(TimeDelta::seconds(1));
        call(&other, &made.secret, &from(2, "later"), &[STOP, GET, STOP]).await;
        other.flush().await.unwrap();
        bed.keyrack.flush().await.unwrap();
        for keyrack in [&bed.keyrack, &other] {
            let used = used(keyrack, &owner).await.unwrap();
            assert_eq!((used.address.as_str(), used.agent.as_str()), ("192.0.2.2", "later"));
            assert_eq!(used.calls, calls(&[(STOP, 4), (GET, 1)]));
        }
    }

    async fn what_could_not_be_written_stays_noted(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        call(&bed.keyrack, &made.secret, &client(), &[STOP, STOP]).await;
        bed.execute("ALTER TABLE token_usage RENAME TO hidden").await.unwrap();
        assert!(bed.keyrack.flush().await.is_err());
        bed.execute("ALTER TABLE hidden RENAME TO token_usage").await.unwrap();
        call(&bed.keyrack, &made.secret, &client(), &[STOP]).await;
        bed.keyrack.flush().await.unwrap();
        bed.keyrack.flush().await.unwrap();
        assert_eq!(used(&bed.again().await, &owner).await.unwrap().calls, calls(&[(STOP, 3)]));
    }

    async fn what_a_caller_did_who_fell_out_of_the_cache_is_written_too(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        call(&bed.keyrack, &made.secret, &client(), &[STOP]).await;
        bed.keyrack.core.forget_callers();
        bed.keyrack.flush().await.unwrap();
        assert_eq!(used(&bed.again().await, &owner).await.unwrap().calls, calls(&[(STOP, 1)]));
    }

    async fn a_flush_never_moves_a_sessions_last_use_back(bed: TestDomain) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        let later = (bed.now() + TimeDelta::minutes(5)).timestamp_millis();
        bed.execute(&format!("UPDATE sessions SET last_seen_at = {later}")).await.unwrap();
        session.caller.note_use(bed.now() + TimeDelta::seconds(1), &client());
        bed.keyrack.flush().await.unwrap();
        let stored: i64 = sqlx::query_scalar("SELECT last_seen_at FROM sessions").fetch_one(bed.store().await.read()).await.unwrap();
        assert_eq!(stored, later);
    }

    async fn of_a_token_that_was_removed_nothing_is_left(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        call(&bed.keyrack, &made.secret, &client(), &[STOP]).await;
        bed.keyrack.flush().await.unwrap();
        call(&bed.keyrack, &made.secret, &client(), &[STOP]).await;
        let confirmed = bed.confirmed(&owner).await;
        bed.keyrack.tokens.remove(&confirmed, &[made.token.id]).await.unwrap();
        bed.keyrack.flush().await.unwrap();
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM token_usage").fetch_one(bed.store().await.read()).await.unwrap();
        assert_eq!(left, 0);
    }

    async fn only_who_may_read_the_audit_log_sees_from_where_others_tokens_are_used(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, NewToken { shared: true, ..new_token("t", &[STOP]) }).await;
        call(&bed.keyrack, &made.secret, &client(), &[STOP]).await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let viewer = bed.member("viewer@example.org", Role::Viewer).await;
        assert!(used(&bed.keyrack, &manager).await.is_some());
        assert_eq!(used(&bed.keyrack, &viewer).await, None);
    }

    async fn refusals_of_known_callers_become_one_entry_each_with_their_count(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let caller = bed.keyrack.accounts.authenticate(&made.secret).await.unwrap();
        for _ in 0..3 {
            bed.keyrack.refused(&caller, &client(), GET, 8202, "not granted");
        }
        bed.keyrack.flush().await.unwrap();
        let audit = bed.audit().await;
        let (actor, action, subject, outcome, details) = audit.last().unwrap();
        assert!(actor.ends_with(&format!("by token:{}", made.token.id)), "{actor}");
        assert_eq!((action.as_str(), subject.as_str()), ("api.call", "method:environment.control.GetEnvs"));
        assert_eq!((outcome.as_str(), details.as_str()), ("refused: 8202 not granted", r#"{"times":3}"#));
    }

    async fn what_a_caller_chooses_is_in_no_refusal_and_makes_no_further_ones(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let caller = bed.keyrack.accounts.authenticate(&made.secret).await.unwrap();
        let before = bed.audit().await.len();
        for number in 0..1000_u32 {
            let from = Client { address: std::net::Ipv6Addr::from_bits(number.into()).into(), ..client() };
            bed.keyrack.refused(&caller, &from, GET, 11, &format!("there is no environment {number}"));
            bed.keyrack.refused(&caller, &from, GET, 8202, "not granted");
        }
        bed.keyrack.flush().await.unwrap();
        let written = bed.audit().await.split_off(before);
        assert_eq!(written.len(), 2, "{written:?}");
        assert!(written.iter().all(|entry| entry.4.contains(r#""times":1000"#)), "{written:?}");
        // Other methods than a caller could ever need are one entry.
        for number in 0..1000 {
            bed.keyrack.refused(&caller, &client(), &format!("a.b.C{number}"), 8202, "not granted");
        }
        bed.keyrack.flush().await.unwrap();
        assert!(bed.audit().await.len() < before + 40);
    }

    async fn refusals_that_could_not_be_written_stay_noted(bed: TestDomain) {
        let owner = bed.owner().await;
        let refuse = || bed.keyrack.refused(&owner, &client(), GET, 8202, "not granted");
        refuse();
        bed.execute("ALTER TABLE audit RENAME TO hidden").await.unwrap();
        assert!(bed.keyrack.flush().await.is_err());
        bed.execute("ALTER TABLE hidden RENAME TO audit").await.unwrap();
        refuse();
        bed.keyrack.flush().await.unwrap();
        bed.keyrack.flush().await.unwrap();
        let audit = bed.audit().await;
        let refused: Vec<_> = audit.iter().filter(|entry| entry.1 == "api.call").map(|entry| entry.4.as_str()).collect();
        assert_eq!(refused, [r#"{"times":2}"#]);
    }
}
