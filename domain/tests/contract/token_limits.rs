//! What a token is limited to besides its methods.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::TimeDelta;
use keyrack_domain::accounts::SessionKind;
use keyrack_domain::caller::{Caller, Client};
use keyrack_domain::decision::{Asked, Decision, Rule};
use keyrack_domain::denied::Denied;
use keyrack_domain::field::{self, Field};
use keyrack_domain::methods::MethodId;
use keyrack_domain::tokens::{LimitsChange, NewToken, Scope, TokenChange};
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::types::token_limits::{Environments, TokenLimits};
use keyrack_domain::types::tokens::NewSecret;
use keyrack_domain::{Error, Keyrack, Result};

use crate::test_domain::{STOP, TestDomain, client, new_token, on_both};

fn at(address: &str) -> Client {
    Client { address: address.parse().unwrap(), user_agent: String::new() }
}

fn method(keyrack: &Keyrack, name: &str) -> MethodId {
    keyrack.catalog().entries().find(|(_, entry)| entry.info.name == name).unwrap().0
}

async fn decide(keyrack: &Keyrack, secret: &str, client: &Client) -> Decision {
    let caller = keyrack.accounts.identify(secret, client).await.unwrap();
    keyrack.core.decide(&caller, Asked::call(method(keyrack, STOP), client.address)).await
}

async fn call(bed: &TestDomain, secret: &str, client: &Client) -> Result<()> {
    decide(&bed.keyrack, secret, client).await.into_result()
}

/// An environment without nodes, put into the database.
async fn environment(bed: &TestDomain, account: i64, name: &str) {
    bed.execute(&format!(
        "INSERT INTO environments (account_id, creator_id, name, appid, status, wanted, created_at) \
         VALUES ({account}, 1, '{name}', 'appid-of-{name}', 2, 'stopped', 0)"
    ))
    .await
    .unwrap();
}

async fn limited(bed: &TestDomain, limits: TokenLimits) -> NewSecret {
    let owner = bed.owner().await;
    bed.token(&owner, NewToken { limits, ..new_token("t", &[STOP]) }).await
}

async fn edit(bed: &TestDomain, owner: &Arc<Caller>, id: i64, limits: LimitsChange) -> Result<TokenLimits> {
    let confirmed = bed.confirmed(owner).await;
    let change = TokenChange { limits, ..TokenChange::default() };
    Ok(bed.keyrack.tokens.edit(&confirmed, id, None, &change).await?.limits)
}

fn chosen(names: &[&str]) -> Environments {
    Environments::Chosen(names.iter().map(ToString::to_string).collect())
}

on_both! {
    async fn a_token_is_accepted_from_its_networks_only_and_an_edit_decides_the_next_call(bed: TestDomain) {
        let networks = vec!["192.0.2.0/24".into(), "2001:db8::1".into()];
        let made = limited(&bed, TokenLimits { networks, ..TokenLimits::default() }).await;
        for inside in ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1"] {
            call(&bed, &made.secret, &at(inside)).await.unwrap();
        }
        for outside in ["192.0.3.1", "::1", "127.0.0.1", "2001:db8::2"] {
            let refused = call(&bed, &made.secret, &at(outside)).await.unwrap_err();
            let address: IpAddr = outside.parse().unwrap();
            assert!(matches!(refused, Error::Denied(Denied::Network(seen)) if seen == address), "{refused}");
            assert!(refused.to_string().contains(outside), "{refused}");
        }
        let owner = bed.owner().await;
        let change = LimitsChange { networks: Some(vec!["127.0.0.1".into()]), ..LimitsChange::default() };
        edit(&bed, &owner, made.token.id, change).await.unwrap();
        call(&bed, &made.secret, &at("127.0.0.1")).await.unwrap();
        assert!(call(&bed, &made.secret, &at("192.0.2.7")).await.is_err());
        let any = LimitsChange { networks: Some(vec!["*".into()]), ..LimitsChange::default() };
        assert!(edit(&bed, &owner, made.token.id, any).await.unwrap().is_none());
        call(&bed, &made.secret, &at("192.0.3.1")).await.unwrap();
    }

    async fn a_session_of_a_token_has_the_limits_of_the_token(bed: TestDomain) {
        let owner = bed.owner().await;
        let limits = TokenLimits { networks: vec!["192.0.2.0/24".into()], rate_limit: 3, ..TokenLimits::default() };
        let new = NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), limits, ..new_token("t", &[]) };
        let made = bed.token(&owner, new).await;
        let accounts = &bed.keyrack.accounts;
        let elsewhere = accounts.sign_in_with_token(&made.secret, &at("198.51.100.1"), SessionKind::Api).await.unwrap_err();
        assert!(matches!(elsewhere, Error::Denied(Denied::Network(_))), "{elsewhere}");
        let session = accounts.sign_in_with_token(&made.secret, &at("192.0.2.1"), SessionKind::Api).await.unwrap().session;
        assert!(matches!(call(&bed, session.as_str(), &at("198.51.100.1")).await, Err(Error::Denied(Denied::Network(_)))));
        call(&bed, session.as_str(), &at("192.0.2.1")).await.unwrap();
        call(&bed, &made.secret, &at("192.0.2.1")).await.unwrap();
        for secret in [session.as_str(), &made.secret] {
            let refused = call(&bed, secret, &at("192.0.2.1")).await.unwrap_err();
            assert!(matches!(refused, Error::Denied(Denied::Rate { .. })), "{refused}");
        }
    }

    async fn a_token_calls_as_often_as_it_may_within_any_minute(bed: TestDomain) {
        let made = limited(&bed, TokenLimits { rate_limit: 40, ..TokenLimits::default() }).await;
        let mut accepted = 0;
        for _ in 0..60 {
            let decision = decide(&bed.keyrack, &made.secret, &client()).await;
            let remaining = decision.quota.unwrap().remaining;
            match decision.outcome {
                Ok(_) => {
                    accepted += 1;
                    assert_eq!(remaining, 40 - accepted);
                }
                Err((rule, error)) => assert_eq!((rule, remaining), (Rule::Rate, 0), "{error}"),
            }
        }
        assert_eq!(accepted, 40);
        bed.keyrack.core.forget_callers();
        assert!(call(&bed, &made.secret, &client()).await.is_err(), "an emptied cache does not begin the minute anew");
        bed.clock.advance(TimeDelta::seconds(62));
        call(&bed, &made.secret, &client()).await.unwrap();
    }

    async fn two_servers_keep_one_limit(bed: TestDomain) {
        // On SQLite there is one server.
        if bed.url.starts_with("sqlite") {
            return;
        }
        let made = limited(&bed, TokenLimits { rate_limit: 100, ..TokenLimits::default() }).await;
        let there = bed.again().await;
        let mut accepted = 0;
        for _ in 0..110 {
            for keyrack in [&bed.keyrack, &there] {
                accepted += u32::from(decide(keyrack, &made.secret, &client()).await.outcome.is_ok());
            }
        }
        assert!((90..=110).contains(&accepted), "{accepted}");
    }

    async fn refused_methods_count_and_calls_from_elsewhere_do_not(bed: TestDomain) {
        let limits = TokenLimits { networks: vec!["192.0.2.7".into()], rate_limit: 2, ..TokenLimits::default() };
        let made = limited(&bed, limits).await;
        let not_ticked = method(&bed.keyrack, crate::test_domain::GET);
        let caller = bed.keyrack.accounts.identify(&made.secret, &client()).await.unwrap();
        assert!(call(&bed, &made.secret, &at("198.51.100.1")).await.is_err());
        for remaining in [1, 0] {
            let decision = bed.keyrack.core.decide(&caller, Asked::call(not_ticked, client().address)).await;
            assert_eq!(decision.quota.unwrap().remaining, remaining);
            assert!(matches!(decision.outcome, Err((Rule::Method, _))));
        }
        assert!(matches!(call(&bed, &made.secret, &client()).await, Err(Error::Denied(Denied::Rate { .. }))));
    }

    async fn an_explanation_counts_nothing_and_names_every_rule_in_order(bed: TestDomain) {
        let made = limited(&bed, TokenLimits { rate_limit: 1, ..TokenLimits::default() }).await;
        let caller = bed.keyrack.accounts.identify(&made.secret, &client()).await.unwrap();
        let asked = Asked::call(method(&bed.keyrack, STOP), client().address);
        for _ in 0..3 {
            let checks = bed.keyrack.core.explain(&caller, asked);
            assert_eq!(checks.iter().map(|check| check.rule).collect::<Vec<_>>(), Rule::ALL);
            assert!(checks.iter().all(|check| check.broken.is_none()));
        }
        call(&bed, &made.secret, &client()).await.unwrap();
    }

    async fn the_environments_of_a_token_are_kept_by_number(bed: TestDomain) {
        let owner = bed.owner().await;
        let stranger = bed.stranger().await;
        environment(&bed, owner.account.0, "shop").await;
        environment(&bed, owner.account.0, "blog").await;
        environment(&bed, stranger.account.0, "theirs").await;
        let environments = chosen(&["SHOP", "appid-of-blog", "shop.localhost"]);
        let made = limited(&bed, TokenLimits { environments, ..TokenLimits::default() }).await;
        assert_eq!(made.token.limits.environments, chosen(&["blog", "shop"]));
        let reach = async || {
            let caller = bed.keyrack.accounts.identify(&made.secret, &client()).await.unwrap();
            caller.reach().unwrap().environments.len()
        };
        assert_eq!(reach().await, 2);
        for unknown in ["theirs", "nothing"] {
            let change = LimitsChange { environments: Some(chosen(&["shop", unknown])), ..LimitsChange::default() };
            let refused = edit(&bed, &owner, made.token.id, change).await.unwrap_err();
            assert!(matches!(&refused, Error::Invalid { field: Field::Token(field::Token::Environments), .. }), "{refused}");
            assert!(refused.to_string().contains(unknown), "{refused}");
        }
        bed.execute("DELETE FROM environments WHERE name IN ('shop', 'blog')").await.unwrap();
        environment(&bed, owner.account.0, "shop").await;
        bed.keyrack.core.forget_callers();
        assert_eq!(reach().await, 0, "a namesake is not within the reach");
        let listed = bed.keyrack.tokens.list(&owner).await.unwrap().tokens.remove(0);
        assert_eq!(listed.limits.environments, chosen(&[]));
        let all = LimitsChange { environments: Some(Environments::All), ..LimitsChange::default() };
        assert!(edit(&bed, &owner, made.token.id, all).await.unwrap().is_none());
        let caller = bed.keyrack.accounts.identify(&made.secret, &client()).await.unwrap();
        assert!(caller.limits.is_none(), "a token without limits pays nothing for them");
    }

    async fn a_token_with_a_reach_opens_no_method_that_acts_on_the_account(bed: TestDomain) {
        let owner = bed.owner().await;
        environment(&bed, owner.account.0, "shop").await;
        let limits = TokenLimits { environments: chosen(&["shop"]), ..TokenLimits::default() };
        let made = bed.token(&owner, NewToken { limits, ..new_token("t", &[STOP]) }).await;
        let caller = bed.keyrack.accounts.identify(&made.secret, &client()).await.unwrap();
        let asked = Asked::call(method(&bed.keyrack, "users.authentication.Signout"), client().address);
        let decision = bed.keyrack.core.decide(&caller, asked).await;
        assert!(matches!(decision.outcome, Err((Rule::Reach, Error::Denied(Denied::Reach)))));
        assert!(matches!(caller.require_account(), Err(Error::Denied(Denied::Reach))));
        call(&bed, &made.secret, &client()).await.unwrap();
    }

    async fn limits_that_cannot_be_are_refused_by_name(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let many = (0..51).map(|number| format!("10.0.{number}.0/24")).collect();
        let none = TokenLimits::default;
        for (field, part, limits) in [
            (field::Token::Networks, "10.0.0.0/33", TokenLimits { networks: vec!["10.0.0.0/33".into()], ..none() }),
            (field::Token::Networks, "at most 50", TokenLimits { networks: many, ..none() }),
            (field::Token::RateLimit, "100000", TokenLimits { rate_limit: 100_001, ..none() }),
            (field::Token::Environments, "nowhere", TokenLimits { environments: chosen(&["nowhere"]), ..none() }),
        ] {
            let new = NewToken { limits, ..new_token("t", &[STOP]) };
            match bed.keyrack.tokens.create(&confirmed, &new).await {
                Err(Error::Invalid { field: refused, message }) => {
                    assert_eq!(refused, field.into());
                    assert!(message.contains(part), "{message}");
                }
                other => panic!("{other:?}"),
            }
        }
    }

    async fn who_widens_the_limits_of_anothers_token_becomes_its_owner(bed: TestDomain) {
        use keyrack_domain::types::accounts::Role;
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let limits = TokenLimits { networks: vec!["192.0.2.0/24".into()], rate_limit: 10, ..TokenLimits::default() };
        let made = bed.token(&owner, NewToken { shared: true, limits, ..new_token("t", &[STOP]) }).await;
        let owned_by = async || bed.keyrack.tokens.list(&owner).await.unwrap().tokens[0].owner.clone();
        let narrower = LimitsChange { networks: Some(vec!["192.0.2.7".into()]), rate_limit: Some(5), ..LimitsChange::default() };
        edit(&bed, &manager, made.token.id, narrower).await.unwrap();
        assert_eq!(owned_by().await, "owner@example.org");
        edit(&bed, &manager, made.token.id, LimitsChange { rate_limit: Some(0), ..LimitsChange::default() }).await.unwrap();
        assert_eq!(owned_by().await, "manager@example.org");
        let entries = bed.audit().await;
        let (.., details) = entries.iter().rev().find(|entry| entry.1 == "token.edit").unwrap();
        assert!(details.contains("5 → unlimited"), "{details}");
    }

    async fn a_token_that_forbids_it_is_not_accepted_from_an_address(bed: TestDomain) {
        let made = limited(&bed, TokenLimits { allow_in_url: false, ..TokenLimits::default() }).await;
        let caller = bed.keyrack.accounts.identify(&made.secret, &client()).await.unwrap();
        let asked = Asked { in_url: true, ..Asked::call(method(&bed.keyrack, STOP), client().address) };
        let refused = bed.keyrack.core.decide(&caller, asked).await.into_result().unwrap_err();
        assert!(refused.to_string().contains("Authorization: Bearer"), "{refused}");
        call(&bed, &made.secret, &client()).await.unwrap();
    }
}
