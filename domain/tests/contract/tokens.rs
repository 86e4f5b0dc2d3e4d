//! Tokens: limits, rights, and that each change decides the very next call.

use chrono::TimeDelta;
use keyrack_domain::accounts::{Confirmation, SessionKind};
use keyrack_domain::field::{self, Field};
use keyrack_domain::tokens::{Expiry, NewToken, Renewal, Scope, TokenChange};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::dates::end_of_day;
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::types::tokens::TokenDifference;
use keyrack_domain::{Credential, Error};

use crate::test_domain::{GET, STOP, TestDomain, client, new_token, on_both};

fn extended() -> NewToken {
    NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), ..new_token("Extended Access", &[]) }
}

on_both! {
    async fn a_token_opens_exactly_what_was_ticked(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("Stopper", &["env.control.stopenv"])).await;
        assert_eq!(made.token.methods, [STOP]);
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
        assert!(!bed.may_call(&made.secret, GET).await.unwrap());
        assert!(bed.may_call(&made.secret, "users.authentication.Signout").await.unwrap());
        assert!(!bed.may_call(&made.secret, "users.authentication.CreateToken").await.unwrap());
    }

    async fn the_list_tells_everything_but_the_secret(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("Stopper", &[STOP, GET])).await;
        let list = bed.keyrack.tokens.list(&owner).await.unwrap();
        assert_eq!(list.tokens, [made.token]);
        assert_eq!((list.limit, list.several_members, list.may_manage), (5, false, true));
        assert!(!format!("{list:?}").contains(&made.secret));
    }

    async fn descriptions_dates_and_scopes_that_cannot_be_are_refused_by_name(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let good = new_token("good", &[STOP]);
        let past = bed.now() - TimeDelta::seconds(1);
        for (field, bad) in [
            (field::Token::Description, NewToken { description: " ".into(), ..good.clone() }),
            (field::Token::Description, NewToken { description: "x".repeat(256), ..good.clone() }),
            (field::Token::Description, NewToken { description: "two\nlines".into(), ..good.clone() }),
            (field::Token::Description, NewToken { description: "gnp.\u{202e}exe".into(), ..good.clone() }),
            (field::Token::Expires, NewToken { expires: Some(past), ..good.clone() }),
            (field::Token::Methods, NewToken { scope: Scope::Methods(vec![]), ..good.clone() }),
            (field::Token::Methods, NewToken { scope: Scope::Methods(vec![STOP.into(), "no.such.Method".into()]), ..good.clone() }),
            (field::Token::Methods, NewToken { scope: Scope::Methods(vec!["users.authentication.CreateToken".into()]), ..good.clone() }),
        ] {
            match bed.keyrack.tokens.create(&confirmed, &bad).await {
                Err(Error::Invalid { field: refused, .. }) => assert_eq!(refused, field.into(), "{bad:?}"),
                other => panic!("{bad:?}: {other:?}"),
            }
        }
        assert!(bed.keyrack.tokens.create(&confirmed, &NewToken { description: "ä".repeat(255), ..good }).await.is_ok());
    }

    async fn the_limit_counts_expired_tokens_and_holds_against_many_at_once(bed: TestDomain) {
        let owner = bed.owner().await;
        let short = NewToken { expires: Some(bed.now() + TimeDelta::hours(1)), ..new_token("short", &[STOP]) };
        bed.token(&owner, short).await;
        bed.clock.advance(TimeDelta::hours(2));
        let confirmed = bed.confirmed(&owner).await;
        let new = new_token("many", &[STOP]);
        let made = futures::future::join_all((0..12).map(|_| bed.keyrack.tokens.create(&confirmed, &new))).await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 4);
        assert!(made.iter().all(|made| matches!(made, Ok(_) | Err(Error::Limit(_)))));
        assert_eq!(bed.keyrack.tokens.list(&owner).await.unwrap().tokens.len(), 5);
    }

    async fn an_expired_token_is_refused_as_such_and_stays_in_the_list(bed: TestDomain) {
        let owner = bed.owner().await;
        let new = NewToken { expires: Some(bed.now() + TimeDelta::hours(1)), ..new_token("short", &[STOP]) };
        let made = bed.token(&owner, new).await;
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
        bed.clock.advance(TimeDelta::minutes(61));
        let error = bed.may_call(&made.secret, STOP).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(Credential::Expired)), "{error}");
        assert!(bed.keyrack.tokens.list(&owner).await.unwrap().tokens[0].expired);
    }

    async fn an_edit_decides_the_next_call_and_keeps_the_secret(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("Stopper", &[STOP])).await;
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
        let confirmed = bed.confirmed(&owner).await;
        let change = TokenChange { scope: Some(Scope::Methods(vec![GET.into()])), ..TokenChange::default() };
        let edited = bed.keyrack.tokens.edit(&confirmed, made.token.id, Some(1), &change).await.unwrap();
        assert_eq!((edited.version, edited.description.as_str()), (2, "Stopper"));
        assert!(!bed.may_call(&made.secret, STOP).await.unwrap());
        assert!(bed.may_call(&made.secret, GET).await.unwrap());
    }

    async fn a_later_edit_of_the_same_version_is_told_and_writes_nothing(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("mine", &[STOP])).await;
        let confirmed = bed.confirmed(&owner).await;
        let rename = |text: &str| TokenChange { description: Some(text.into()), ..TokenChange::default() };
        bed.keyrack.tokens.edit(&confirmed, made.token.id, Some(1), &rename("first")).await.unwrap();
        match bed.keyrack.tokens.edit(&confirmed, made.token.id, Some(1), &rename("second")).await {
            Err(Error::Changed(current)) => assert_eq!(current.description, "first"),
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            bed.keyrack.tokens.regenerate(&confirmed, made.token.id, Some(1), Renewal::KeepDate).await,
            Err(Error::Changed(_))
        ));
        assert_eq!(bed.keyrack.tokens.list(&owner).await.unwrap().tokens[0].description, "first");
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
    }

    async fn a_new_past_date_is_refused_and_an_unchanged_one_passes(bed: TestDomain) {
        let owner = bed.owner().await;
        let end = bed.now() + TimeDelta::days(3);
        let made = bed.token(&owner, NewToken { expires: Some(end), ..new_token("t", &[STOP]) }).await;
        bed.pass(10);
        // The session that began ten days ago has ended meanwhile.
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let change = TokenChange {
            description: Some("renamed".into()),
            expires: Expiry::OnDay(end.date_naive()),
            ..TokenChange::default()
        };
        let edited = bed.keyrack.tokens.edit(&confirmed, made.token.id, Some(1), &change).await.unwrap();
        assert_eq!((edited.description.as_str(), edited.expires), ("renamed", Some(end)));
        let moved = TokenChange { expires: Expiry::OnDay("2027-01-17".parse().unwrap()), ..change };
        let error = bed.keyrack.tokens.edit(&confirmed, made.token.id, Some(2), &moved).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { field: Field::Token(field::Token::Expires), .. }), "{error}");
    }

    async fn regenerating_kills_the_old_secret_and_keeps_the_rest(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("Stopper", &[STOP])).await;
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
        let confirmed = bed.confirmed(&owner).await;
        let renewed = bed.keyrack.tokens.regenerate(&confirmed, made.token.id, None, Renewal::KeepDate).await.unwrap();
        assert_ne!(renewed.secret, made.secret);
        assert_eq!((renewed.token.id, renewed.token.methods), (made.token.id, made.token.methods));
        let replaced = bed.may_call(&made.secret, STOP).await;
        assert!(matches!(replaced, Err(Error::NotAuthenticated(Credential::Replaced(at))) if at == bed.now()), "{replaced:?}");
        assert!(bed.may_call(&renewed.secret, STOP).await.unwrap());
    }

    async fn an_expired_token_is_regenerated_with_a_new_date_or_its_former_span(bed: TestDomain) {
        let owner = bed.owner().await;
        let end = bed.now() + TimeDelta::days(2);
        let made = bed.token(&owner, NewToken { expires: Some(end), ..new_token("t", &[STOP]) }).await;
        bed.pass(5);
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let id = made.token.id;
        let refused = bed.keyrack.tokens.regenerate(&confirmed, id, None, Renewal::KeepDate).await.unwrap_err();
        assert!(matches!(refused, Error::Invalid { field: Field::Token(field::Token::Expires), .. }), "{refused}");
        let again = bed.keyrack.tokens.regenerate(&confirmed, id, None, Renewal::FormerSpan).await.unwrap();
        assert_eq!(again.token.expires, Some(bed.now() + TimeDelta::days(2)));
        let forever = bed.keyrack.tokens.regenerate(&confirmed, id, None, Renewal::Until(None)).await.unwrap();
        assert_eq!(forever.token.expires, None);
    }

    async fn a_removed_token_is_refused_at_once_and_removal_is_all_or_none(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
        let confirmed = bed.confirmed(&owner).await;
        let error = bed.keyrack.tokens.remove(&confirmed, &[made.token.id, 999]).await.unwrap_err();
        assert!(matches!(error, Error::NotFound(_)), "{error}");
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
        bed.keyrack.tokens.remove(&confirmed, &[made.token.id]).await.unwrap();
        assert!(matches!(bed.may_call(&made.secret, STOP).await, Err(Error::NotAuthenticated(_))));
    }

    async fn another_account_sees_and_changes_nothing(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, NewToken { shared: true, ..new_token("t", &[STOP]) }).await;
        let stranger = bed.stranger().await;
        assert!(bed.keyrack.tokens.list(&stranger).await.unwrap().tokens.is_empty());
        let confirmed = bed.confirmed(&stranger).await;
        let id = made.token.id;
        let change = TokenChange::default();
        assert!(matches!(bed.keyrack.tokens.edit(&confirmed, id, None, &change).await, Err(Error::NotFound(_))));
        assert!(matches!(bed.keyrack.tokens.regenerate(&confirmed, id, None, Renewal::KeepDate).await, Err(Error::NotFound(_))));
        assert!(matches!(bed.keyrack.tokens.remove(&confirmed, &[id]).await, Err(Error::NotFound(_))));
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
    }

    async fn members_see_shared_tokens_and_their_own_and_the_owner_all(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let viewer = bed.member("viewer@example.org", Role::Viewer).await;
        bed.token(&owner, new_token("owner's own", &[STOP])).await;
        bed.token(&owner, NewToken { shared: true, ..new_token("shared", &[STOP]) }).await;
        bed.token(&manager, new_token("manager's own", &[STOP])).await;
        let names = async |caller: &_| {
            let list = bed.keyrack.tokens.list(caller).await.unwrap();
            assert!(list.several_members);
            list.tokens.into_iter().map(|token| token.description).collect::<Vec<_>>()
        };
        assert_eq!(names(&*owner).await, ["owner's own", "shared", "manager's own"]);
        assert_eq!(names(&*manager).await, ["shared", "manager's own"]);
        assert_eq!(names(&*viewer).await, ["shared"]);
        let confirmed = bed.confirmed(&viewer).await;
        let shared = bed.keyrack.tokens.list(&viewer).await.unwrap().tokens[0].id;
        let made = bed.keyrack.tokens.create(&confirmed, &new_token("viewer's", &[GET])).await;
        assert!(matches!(made, Err(Error::Forbidden(_))));
        let edited = bed.keyrack.tokens.edit(&confirmed, shared, None, &TokenChange::default()).await;
        assert!(matches!(edited, Err(Error::Forbidden(_))));
        assert!(matches!(bed.keyrack.tokens.remove(&confirmed, &[shared]).await, Err(Error::Forbidden(_))));
        let confirmed = bed.confirmed(&manager).await;
        assert!(bed.keyrack.tokens.remove(&confirmed, &[shared]).await.is_ok());
    }

    async fn tokens_asked_for_by_number_are_those_of_the_list(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let stranger = bed.stranger().await;
        let private = bed.token(&owner, new_token("owner's own", &[STOP, GET])).await;
        bed.token(&owner, NewToken { shared: true, ..new_token("shared", &[STOP]) }).await;
        bed.token(&manager, new_token("manager's own", &[GET, STOP])).await;
        let foreign = bed.token(&stranger, NewToken { shared: true, ..new_token("foreign", &[STOP]) }).await;
        assert!(bed.may_call(&private.secret, STOP).await.unwrap());
        let last = foreign.token.id;
        let several = vec![last + 1, last, last - 1, 1, 1, -5, 0, i64::MAX, i64::MIN];
        let many: Vec<_> = (-1000..=last).rev().collect();
        for caller in [&*owner, &*manager, &*stranger] {
            let list = bed.keyrack.tokens.list(caller).await.unwrap().tokens;
            for ids in [vec![], vec![private.token.id], several.clone(), many.clone()] {
                let of_list: Vec<_> = list.iter().filter(|token| ids.contains(&token.id)).cloned().collect();
                assert_eq!(bed.keyrack.tokens.with_ids(caller, &ids).await.unwrap(), of_list, "{ids:?}");
            }
        }
        let private = bed.keyrack.tokens.with_ids(&manager, &[private.token.id, last]).await.unwrap();
        assert!(private.is_empty(), "{private:?}");
    }

    async fn a_token_never_opens_more_than_its_owner_may_do(bed: TestDomain) {
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let made = bed.token(&manager, new_token("t", &[STOP, GET])).await;
        bed.execute("UPDATE memberships SET role = 'viewer' WHERE role = 'manager'").await.unwrap();
        assert!(!bed.may_call(&made.secret, STOP).await.unwrap());
        assert!(bed.may_call(&made.secret, GET).await.unwrap());
    }

    async fn a_token_cannot_manage_tokens_even_with_the_password(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, extended()).await;
        let by_token = bed.keyrack.accounts.authenticate(&made.secret).await.unwrap();
        let session = bed.keyrack.accounts.sign_in_with_token(&made.secret, &client(), SessionKind::Browser).await.unwrap();
        for caller in [&by_token, &session.caller] {
            let error = bed.keyrack.accounts.confirm(caller, &client(), &Confirmation::password(crate::test_domain::PASSWORD)).await.unwrap_err();
            assert!(matches!(error, Error::Forbidden(_)), "{error}");
        }
        assert!(!bed.keyrack.tokens.list(&session.caller).await.unwrap().may_manage);
    }

    async fn only_extended_access_signs_in(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("all", &[STOP, GET, "environment.file.Read"])).await;
        let error = bed.keyrack.accounts.sign_in_with_token(&made.secret, &client(), SessionKind::Browser).await.unwrap_err();
        assert!(matches!(error, Error::Forbidden(_)), "{error}");
        let error = bed.keyrack.accounts.sign_in_with_token("krp_nonsense", &client(), SessionKind::Browser).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(_)), "{error}");
    }

    async fn a_session_that_a_token_opened_ends_with_it(bed: TestDomain) {
        let owner = bed.owner().await;
        for end in ["removed", "regenerated", "narrowed", "expired"] {
            let until = (end == "expired").then(|| bed.now() + TimeDelta::minutes(5));
            let made = bed.token(&owner, NewToken { expires: until, ..extended() }).await;
            let session = bed.keyrack.accounts.sign_in_with_token(&made.secret, &client(), SessionKind::Browser).await.unwrap();
            assert!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.is_ok());
            let confirmed = bed.confirmed(&owner).await;
            let id = made.token.id;
            match end {
                "removed" => bed.keyrack.tokens.remove(&confirmed, &[id]).await.unwrap(),
                "regenerated" => {
                    bed.keyrack.tokens.regenerate(&confirmed, id, None, Renewal::KeepDate).await.unwrap();
                }
                "narrowed" => {
                    let change = TokenChange { scope: Some(Scope::Set(ApiSet::IdePlugins)), ..TokenChange::default() };
                    bed.keyrack.tokens.edit(&confirmed, id, None, &change).await.unwrap();
                }
                _ => bed.clock.advance(TimeDelta::minutes(6)),
            }
            assert!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.is_err(), "{end}");
        }
    }

    async fn a_review_says_what_would_happen_and_refuses_what_the_change_would(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let end = end_of_day("2027-01-20".parse().unwrap());
        let change = TokenChange { scope: Some(Scope::Methods(vec![GET.into()])), expires: Expiry::At(end), ..TokenChange::default() };
        let tokens = &bed.keyrack.tokens;
        let review = tokens.review_change(&owner, made.token.id, 1, &change).await.unwrap();
        let expected = TokenDifference {
            description: None,
            api_set: None,
            added: vec![GET.into()],
            removed: vec![STOP.into()],
            expires: Some((None, Some(end))),
            shared: None,
            limits: None,
        };
        assert_eq!((review.difference, review.taken_from), (expected, None));
        assert!(matches!(tokens.review_change(&owner, made.token.id, 7, &change).await, Err(Error::Changed(_))));
        let new = |day: &str| NewToken { expires: Some(end_of_day(day.parse().unwrap())), ..new_token("t", &[GET]) };
        let review = tokens.review_new(&owner, &new("2027-01-20")).await.unwrap();
        assert_eq!((review.scope, review.opens), (Scope::Methods(vec![GET.into()]), 1));
        assert!(tokens.review_new(&owner, &new("2027-01-14")).await.is_err());
        assert!(tokens.review_new(&owner, &new("2027-01-15")).await.is_ok());
    }

    async fn every_change_is_an_audit_entry_without_the_secret(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("Stopper", &[STOP])).await;
        let confirmed = bed.confirmed(&owner).await;
        let change = TokenChange { description: Some("Renamed".into()), ..TokenChange::default() };
        bed.keyrack.tokens.edit(&confirmed, made.token.id, None, &change).await.unwrap();
        let renewed = bed.keyrack.tokens.regenerate(&confirmed, made.token.id, None, Renewal::KeepDate).await.unwrap();
        bed.keyrack.tokens.remove(&confirmed, &[made.token.id]).await.unwrap();
        let audit = bed.audit().await;
        let actions: Vec<_> = audit.iter().map(|entry| entry.1.as_str()).filter(|a| a.starts_with("token")).collect();
        assert_eq!(actions, ["token.create", "token.edit", "token.regenerate", "token.remove"]);
        let text = format!("{audit:?}");
        assert!(!text.contains(&made.secret) && !text.contains(&renewed.secret) && !text.contains("krp_"));
    }
}

#[tokio::test]
async fn the_database_file_holds_no_secret() {
    let bed = TestDomain::sqlite().await;
    let session = bed.sign_in("owner@example.org", SessionKind::Browser).await;
    let made = bed.token(&session.caller, new_token("t", &[STOP])).await;
    bed.may_call(&made.secret, STOP).await.unwrap();
    bed.keyrack.close().await;
    for entry in std::fs::read_dir(bed.folder()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in
            [made.secret.as_bytes(), session.session.as_str().as_bytes(), crate::test_domain::PASSWORD.as_bytes()]
        {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
}

#[tokio::test]
async fn an_operator_can_let_api_sessions_go_without_the_password_but_never_browsers() {
    let bed = TestDomain::sqlite_with(|settings| settings.token_password_required = false).await;
    let api = bed.sign_in("owner@example.org", SessionKind::Api).await;
    assert!(bed.keyrack.accounts.confirm(&api.caller, &client(), &Confirmation::default()).await.is_ok());
    assert!(bed.keyrack.accounts.confirm(&api.caller, &client(), &Confirmation::password("wrong")).await.is_err());
    let browser = bed.owner().await;
    assert!(bed.keyrack.accounts.confirm(&browser, &client(), &Confirmation::default()).await.is_err());
}
