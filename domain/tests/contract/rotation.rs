//! Secrets of a token: rotation with an overlap, deadlines, the use of former values.

use std::net::IpAddr;

use chrono::TimeDelta;
use keyrack_domain::accounts::SessionKind;
use keyrack_domain::caller::Client;
use keyrack_domain::field::{self, Field};
use keyrack_domain::tokens::{NewToken, Renewal, Scope, TokenChange};
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::types::token_limits::{SecretState, TokenLimits};
use keyrack_domain::types::tokens::NewSecret;
use keyrack_domain::{Credential, Error, Keyrack, Result};

use crate::test_domain::{STOP, TestDomain, client, new_token, on_both};

const HOUR: u32 = 3600;

async fn rotated(bed: &TestDomain, id: i64, overlap: u32) -> Result<NewSecret> {
    let owner = bed.owner().await;
    let confirmed = bed.confirmed(&owner).await;
    bed.keyrack.tokens.rotate(&confirmed, id, None, Renewal::KeepDate, overlap).await
}

/// As a call of the API asks.
async fn call(keyrack: &Keyrack, secret: &str, client: &Client) -> Result<()> {
    let caller = keyrack.accounts.identify(secret, client).await?;
    let (method, _) = keyrack.catalog().entries().find(|(_, entry)| entry.info.name == STOP).unwrap();
    let asked = keyrack_domain::decision::Asked::call(method, client.address);
    keyrack.core.decide(&caller, asked).await.into_result()
}

fn at(address: [u8; 4]) -> Client {
    Client { address: IpAddr::from(address), user_agent: "script".into() }
}

fn is_replaced<T: std::fmt::Debug>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::NotAuthenticated(Credential::Replaced(_))))
}

async fn states(bed: &TestDomain) -> Vec<SecretState> {
    let owner = bed.owner().await;
    bed.keyrack.tokens.list(&owner).await.unwrap().tokens[0].secrets.iter().map(|secret| secret.state).collect()
}

on_both! {
    async fn an_overlapping_value_is_accepted_one_millisecond_before_its_end_and_refused_at_it(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        assert!(states(&bed).await.is_empty());
        let renewed = rotated(&bed, made.token.id, HOUR).await.unwrap();
        let second_server = bed.again().await;
        let overlap = renewed.token.secrets[1].retires.unwrap();
        assert_eq!(overlap.timestamp_subsec_millis(), 0);
        assert_eq!(states(&bed).await, [SecretState::Current, SecretState::Overlapping]);
        bed.clock.advance(overlap - bed.now() - TimeDelta::milliseconds(1));
        for keyrack in [&bed.keyrack, &second_server] {
            call(keyrack, &made.secret, &client()).await.unwrap();
            call(keyrack, &renewed.secret, &client()).await.unwrap();
        }
        bed.clock.advance(TimeDelta::milliseconds(1));
        for keyrack in [&bed.keyrack, &second_server] {
            let refused = call(keyrack, &made.secret, &client()).await;
            assert!(is_replaced(&refused), "{refused:?}");
            call(keyrack, &renewed.secret, &client()).await.unwrap();
        }
        assert_eq!(states(&bed).await, [SecretState::Current, SecretState::Retired]);
        bed.keyrack.tokens.sweep_secrets().await.unwrap();
        assert_eq!(states(&bed).await, [SecretState::Current, SecretState::Retired]);
        bed.keyrack.core.forget_callers();
        assert!(is_replaced(&call(&bed.keyrack, &made.secret, &client()).await));
    }

    async fn a_token_is_accepted_one_millisecond_before_its_end_and_refused_at_it(bed: TestDomain) {
        let owner = bed.owner().await;
        let end = bed.now() + TimeDelta::hours(1);
        let made = bed.token(&owner, NewToken { expires: Some(end), ..new_token("t", &[STOP]) }).await;
        let second_server = bed.again().await;
        bed.clock.advance(TimeDelta::hours(1) - TimeDelta::milliseconds(1));
        for keyrack in [&bed.keyrack, &second_server] {
            call(keyrack, &made.secret, &client()).await.unwrap();
        }
        bed.clock.advance(TimeDelta::milliseconds(1));
        for keyrack in [&bed.keyrack, &second_server] {
            let refused = call(keyrack, &made.secret, &client()).await.unwrap_err();
            assert!(matches!(refused, Error::NotAuthenticated(Credential::Expired)), "{refused}");
        }
    }

    async fn a_further_rotation_and_its_end_leave_one_overlapping_value_at_most(bed: TestDomain) {
        let owner = bed.owner().await;
        let first = bed.token(&owner, new_token("t", &[STOP])).await;
        let id = first.token.id;
        let second = rotated(&bed, id, HOUR).await.unwrap();
        let third = rotated(&bed, id, HOUR).await.unwrap();
        assert!(is_replaced(&call(&bed.keyrack, &first.secret, &client()).await));
        call(&bed.keyrack, &second.secret, &client()).await.unwrap();
        assert_eq!(states(&bed).await, [SecretState::Current, SecretState::Overlapping, SecretState::Retired]);
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        bed.keyrack.tokens.end_rotation(&confirmed, id).await.unwrap();
        assert!(is_replaced(&call(&bed.keyrack, &second.secret, &client()).await));
        call(&bed.keyrack, &third.secret, &client()).await.unwrap();
        let again = bed.keyrack.tokens.end_rotation(&confirmed, id).await.unwrap_err();
        assert!(matches!(again, Error::NotFound(_)), "{again}");
        let fourth = rotated(&bed, id, 0).await.unwrap();
        assert!(is_replaced(&call(&bed.keyrack, &third.secret, &client()).await));
        call(&bed.keyrack, &fourth.secret, &client()).await.unwrap();
        let actions: Vec<_> = bed.audit().await.into_iter().map(|entry| entry.1).collect();
        assert_eq!(actions.iter().filter(|action| *action == "token.end-rotation").count(), 1);
    }

    async fn an_overlap_can_be_extended_from_now(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let confirmed = bed.confirmed(&owner).await;
        let none = bed.keyrack.tokens.extend_rotation(&confirmed, made.token.id, HOUR).await.unwrap_err();
        assert!(matches!(none, Error::NotFound(_)), "{none}");
        rotated(&bed, made.token.id, 60).await.unwrap();
        bed.keyrack.tokens.extend_rotation(&confirmed, made.token.id, HOUR).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(59));
        call(&bed.keyrack, &made.secret, &client()).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(2));
        assert!(is_replaced(&call(&bed.keyrack, &made.secret, &client()).await));
    }

    async fn an_overlap_beyond_a_month_or_the_tokens_end_is_refused_with_what_would_be_right(bed: TestDomain) {
        let owner = bed.owner().await;
        let lasting = bed.token(&owner, new_token("t", &[STOP])).await;
        let end = bed.now() + TimeDelta::hours(2);
        let short = bed.token(&owner, NewToken { expires: Some(end), ..new_token("s", &[STOP]) }).await;
        for (token, overlap, right) in [(&lasting, 2_592_001, "2592000"), (&short, 2 * HOUR + 1, "7200 seconds")] {
            let refused = rotated(&bed, token.token.id, overlap).await.unwrap_err();
            assert!(matches!(&refused, Error::Invalid { field: Field::Token(field::Token::Overlap), .. }), "{refused}");
            assert!(refused.to_string().contains(right), "{refused}");
            call(&bed.keyrack, &token.secret, &client()).await.unwrap();
        }
        rotated(&bed, lasting.token.id, 2_592_000).await.unwrap();
        rotated(&bed, short.token.id, 2 * HOUR).await.unwrap();
    }

    async fn a_session_ends_with_the_value_that_opened_it(bed: TestDomain) {
        let owner = bed.owner().await;
        let new = NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), ..new_token("t", &[]) };
        let made = bed.token(&owner, new).await;
        let accounts = &bed.keyrack.accounts;
        let old = accounts.sign_in_with_token(&made.secret, &client(), SessionKind::Api).await.unwrap().session;
        let renewed = rotated(&bed, made.token.id, HOUR).await.unwrap();
        let new = accounts.sign_in_with_token(&renewed.secret, &client(), SessionKind::Api).await.unwrap().session;
        for session in [&old, &new] {
            accounts.authenticate(session.as_str()).await.unwrap();
        }
        let until = renewed.token.secrets[1].retires.unwrap();
        bed.clock.advance(until - bed.now());
        assert!(accounts.authenticate(old.as_str()).await.is_err());
        accounts.authenticate(new.as_str()).await.unwrap();
        rotated(&bed, made.token.id, 0).await.unwrap();
        assert!(accounts.authenticate(new.as_str()).await.is_err());
    }

    async fn each_value_has_a_last_use_of_its_own_once_there_were_two(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let note = async |secret: &str, from: &Client| {
            let caller = bed.keyrack.accounts.identify(secret, from).await.unwrap();
            caller.note_use(bed.now(), from);
        };
        note(&made.secret, &at([192, 0, 2, 1])).await;
        let before = bed.now();
        bed.clock.advance(TimeDelta::minutes(1));
        let renewed = rotated(&bed, made.token.id, HOUR).await.unwrap();
        note(&renewed.secret, &at([192, 0, 2, 2])).await;
        let secrets = bed.keyrack.tokens.list(&owner).await.unwrap().tokens[0].secrets.clone();
        let uses: Vec<_> = secrets.iter().map(|secret| (secret.last_used, secret.last_address.as_deref())).collect();
        assert_eq!(uses, [(Some(bed.now()), Some("192.0.2.2")), (Some(before), Some("192.0.2.1"))]);
        note(&made.secret, &at([192, 0, 2, 3])).await;
        bed.keyrack.flush().await.unwrap();
        let secrets = bed.keyrack.tokens.list(&owner).await.unwrap().tokens[0].secrets.clone();
        assert_eq!(secrets[1].last_address.as_deref(), Some("192.0.2.3"));
    }

    async fn a_former_value_raises_one_alarm_for_each_network_and_day_after_a_minute(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("Deploy", &[STOP])).await;
        let renewed = rotated(&bed, made.token.id, 0).await.unwrap();
        let alarms = async || {
            let owner = bed.owner().await;
            bed.notices(&owner).await.into_iter().filter(|title| title.contains("former value")).count()
        };
        let use_it = async |address| assert!(is_replaced(&call(&bed.keyrack, &made.secret, &at(address)).await));
        bed.clock.advance(TimeDelta::seconds(59));
        use_it([192, 0, 2, 7]).await;
        assert_eq!(alarms().await, 0, "machines take turns");
        bed.clock.advance(TimeDelta::seconds(2));
        for _ in 0..3 {
            use_it([192, 0, 2, 7]).await;
            use_it([192, 0, 2, 200]).await;
        }
        assert_eq!(alarms().await, 1);
        use_it([198, 51, 100, 1]).await;
        assert_eq!(alarms().await, 2);
        bed.keyrack.flush().await.unwrap();
        let counted: i64 = sqlx::query_scalar("SELECT calls FROM secret_reuses WHERE network = '192.0.2.0/24'")
            .fetch_one(bed.store().await.read())
            .await
            .unwrap();
        assert_eq!(counted, 6);
        bed.pass(1);
        use_it([192, 0, 2, 7]).await;
        assert_eq!(alarms().await, 3);
        call(&bed.keyrack, &renewed.secret, &client()).await.unwrap();
        let noted = bed.audit().await.into_iter().filter(|entry| entry.1 == "token.retired-value-used").count();
        assert_eq!(noted, 3);
    }

    async fn the_value_of_a_removed_token_is_noticed_for_four_hundred_days(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("Deploy", &[STOP])).await;
        let confirmed = bed.confirmed(&owner).await;
        bed.keyrack.tokens.remove(&confirmed, &[made.token.id]).await.unwrap();
        let used = async || {
            let refused = call(&bed.keyrack, &made.secret, &client()).await.unwrap_err();
            assert!(matches!(refused, Error::NotAuthenticated(Credential::Unknown)), "{refused}");
            bed.audit().await.into_iter().filter(|entry| entry.1 == "token.retired-value-used").count()
        };
        bed.pass(399);
        bed.keyrack.tokens.sweep_secrets().await.unwrap();
        assert_eq!(used().await, 1);
        let owner = bed.owner().await;
        assert!(bed.notices(&owner).await[0].contains("Deploy"));
        bed.pass(2);
        bed.keyrack.tokens.sweep_secrets().await.unwrap();
        bed.keyrack.core.forget_callers();
        assert_eq!(used().await, 1);
    }

    async fn a_token_is_frozen_on_reuse_where_that_is_wanted_and_a_new_value_thaws_it(bed: TestDomain) {
        let owner = bed.owner().await;
        let limits = TokenLimits { freeze_on_reuse: true, ..TokenLimits::default() };
        let made = bed.token(&owner, NewToken { limits, ..new_token("t", &[STOP]) }).await;
        let renewed = rotated(&bed, made.token.id, 0).await.unwrap();
        call(&bed.keyrack, &renewed.secret, &client()).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(2));
        assert!(call(&bed.keyrack, &made.secret, &client()).await.is_err());
        let frozen = call(&bed.keyrack, &renewed.secret, &client()).await.unwrap_err();
        assert!(matches!(frozen, Error::NotAuthenticated(Credential::Frozen)), "{frozen}");
        let owner = bed.owner().await;
        assert!(bed.keyrack.tokens.list(&owner).await.unwrap().tokens[0].frozen);
        let overlap = rotated(&bed, made.token.id, HOUR).await.unwrap_err();
        assert!(matches!(overlap, Error::Invalid { field: Field::Token(field::Token::Overlap), .. }), "{overlap}");
        let thawed = rotated(&bed, made.token.id, 0).await.unwrap();
        assert!(!thawed.token.frozen);
        call(&bed.keyrack, &thawed.secret, &client()).await.unwrap();
    }

    async fn an_edit_decides_the_next_call_of_both_values(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let renewed = rotated(&bed, made.token.id, HOUR).await.unwrap();
        for secret in [&made.secret, &renewed.secret] {
            assert!(bed.may_call(secret, STOP).await.unwrap());
        }
        let confirmed = bed.confirmed(&owner).await;
        let methods = Some(Scope::Methods(vec![crate::test_domain::GET.into()]));
        let change = TokenChange { scope: methods, ..TokenChange::default() };
        bed.keyrack.tokens.edit(&confirmed, made.token.id, None, &change).await.unwrap();
        for secret in [&made.secret, &renewed.secret] {
            assert!(!bed.may_call(secret, STOP).await.unwrap());
        }
        bed.keyrack.tokens.remove(&confirmed, &[made.token.id]).await.unwrap();
        for secret in [&made.secret, &renewed.secret] {
            assert!(bed.may_call(secret, STOP).await.is_err());
        }
    }
}
