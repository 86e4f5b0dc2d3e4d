//! Users, sign-in and sessions.

use chrono::TimeDelta;
use keyrack_domain::accounts::{Confirmation, SessionKind, SignIn};
use keyrack_domain::tokens::{NewToken, Renewal};
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::{Credential, Error};

use crate::bed::{Bed, PASSWORD, client, new_token, on_both};

on_both! {
    async fn an_address_has_one_user_whatever_its_case(bed: Bed) {
        let error = bed.keyrack.accounts.create_user_with_account(" OWNER@example.org ", PASSWORD).await.unwrap_err();
        assert!(matches!(error, Error::Exists(_)), "{error}");
        assert!(error.to_string().contains("owner@example.org"));
    }

    async fn what_is_no_address_or_too_short_a_password_is_refused(bed: Bed) {
        for email in ["", "nobody", "@example.org", "a@", "a b@example.org", "a@b@c", "a@example.org\r\nBcc: x"] {
            let error = bed.keyrack.accounts.create_user_with_account(email, PASSWORD).await.unwrap_err();
            assert!(matches!(error, Error::Invalid { .. }), "{email}: {error}");
        }
        let error = bed.keyrack.accounts.create_user_with_account("new@example.org", "short").await.unwrap_err();
        assert!(error.to_string().contains("12"), "{error}");
    }

    async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(bed: Bed) {
        let wrong = bed.keyrack.accounts.sign_in("owner@example.org", "wrong", &client(), SessionKind::Browser).await.unwrap_err();
        let unknown = bed.keyrack.accounts.sign_in("ghost@example.org", "wrong", &client(), SessionKind::Browser).await.unwrap_err();
        assert_eq!(wrong.to_string(), unknown.to_string());
        assert!(matches!(unknown, Error::WrongSignIn { .. }));
    }

    async fn only_wrong_passwords_of_known_users_are_audited(bed: Bed) {
        for login in ["owner@example.org", "my-secret-password-in-the-wrong-field"] {
            bed.keyrack.accounts.sign_in(login, "wrong", &client(), SessionKind::Browser).await.unwrap_err();
        }
        bed.keyrack.flush().await.unwrap();
        let refused: Vec<_> = bed.audit().await.into_iter().filter(|entry| entry.3.starts_with("refused")).collect();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].2, "user:owner@example.org");
    }

    async fn a_browser_session_opens_only_the_browser_door_and_an_api_session_only_the_api(bed: Bed) {
        let browser = bed.sign_in("Owner@Example.org", SessionKind::Browser).await;
        let api = bed.sign_in("owner@example.org", SessionKind::Api).await;
        assert!(bed.keyrack.accounts.caller_of_session(browser.session.as_str()).await.is_ok());
        assert!(bed.keyrack.accounts.authenticate(api.session.as_str()).await.is_ok());
        assert!(bed.keyrack.accounts.authenticate(browser.session.as_str()).await.is_err());
        assert!(bed.keyrack.accounts.caller_of_session(api.session.as_str()).await.is_err());
    }

    async fn a_session_ends_when_signed_out(bed: Bed) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        bed.keyrack.accounts.sign_out(&session.caller, &client()).await.unwrap();
        let error = bed.keyrack.accounts.authenticate(session.session.as_str()).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(_)));
    }

    async fn a_session_ends_when_it_is_idle_and_use_keeps_it_alive(bed: Bed) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        for _ in 0..3 {
            bed.clock.advance(TimeDelta::hours(11));
            bed.keyrack.accounts.authenticate(session.session.as_str()).await.unwrap().note_use(bed.now(), &client());
        }
        bed.clock.advance(TimeDelta::hours(13));
        let error = bed.keyrack.accounts.authenticate(session.session.as_str()).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(Credential::Ended)), "{error}");
    }

    async fn a_session_ends_at_its_absolute_limit_however_much_it_is_used(bed: Bed) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        for _ in 0..28 {
            bed.keyrack.accounts.authenticate(session.session.as_str()).await.unwrap().note_use(bed.now(), &client());
            bed.clock.advance(TimeDelta::hours(12));
        }
        bed.clock.advance(TimeDelta::seconds(1));
        assert!(bed.keyrack.accounts.authenticate(session.session.as_str()).await.is_err());
    }

    async fn a_step_up_changes_the_session_value_and_the_old_one_answers_ten_seconds_more(bed: Bed) {
        let session = bed.sign_in("owner@example.org", SessionKind::Browser).await;
        let confirmed = bed.confirmed(&session.caller).await;
        let value = confirmed.new_session().unwrap().to_owned();
        bed.clock.advance(TimeDelta::seconds(9));
        assert!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.is_ok());
        bed.clock.advance(TimeDelta::seconds(2));
        assert!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.is_err());
        assert!(bed.keyrack.accounts.caller_of_session(&value).await.is_ok());
    }

    async fn an_api_session_keeps_its_value_at_a_step_up(bed: Bed) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        assert!(bed.confirmed(&session.caller).await.new_session().is_none());
        assert!(bed.keyrack.accounts.authenticate(session.session.as_str()).await.is_ok());
    }

    async fn a_wrong_password_confirms_nothing(bed: Bed) {
        let owner = bed.owner().await;
        let error = bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::password("wrong")).await.unwrap_err();
        assert!(matches!(error, Error::WrongPassword { wait: 0 }), "{error}");
        let error = bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::default()).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }

    async fn sessions_are_listed_and_ended_all_or_none(bed: Bed) {
        let first = bed.sign_in("owner@example.org", SessionKind::Browser).await;
        let second = bed.sign_in("owner@example.org", SessionKind::Api).await;
        let foreign = bed.stranger().await;
        let listed = bed.keyrack.accounts.sessions(&second.caller).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(listed.iter().filter(|session| session.current).map(|session| session.api).collect::<Vec<_>>(), [true]);

        let ids = [first.caller.session().unwrap().0, foreign.session().unwrap().0];
        let error = bed.keyrack.accounts.end_sessions(&second.caller, &client(), &ids).await.unwrap_err();
        assert!(error.to_string().contains(&ids[1].to_string()), "{error}");
        assert!(bed.keyrack.accounts.caller_of_session(first.session.as_str()).await.is_ok());

        bed.keyrack.accounts.end_sessions(&second.caller, &client(), &ids[..1]).await.unwrap();
        assert!(bed.keyrack.accounts.caller_of_session(first.session.as_str()).await.is_err());
    }

    async fn swept_sessions_are_only_those_that_ended(bed: Bed) {
        bed.owner().await;
        bed.clock.advance(TimeDelta::hours(13));
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        bed.keyrack.accounts.sweep_sessions().await.unwrap();
        assert_eq!(bed.keyrack.accounts.sessions(&session.caller).await.unwrap().len(), 1);
        assert!(bed.keyrack.accounts.authenticate(session.session.as_str()).await.is_ok());
    }

    async fn a_disabled_user_can_do_nothing(bed: Bed) {
        let owner = bed.owner().await;
        let token = bed.token(&owner, new_token("t", &[crate::bed::GET])).await;
        bed.execute("UPDATE users SET enabled = 0").await.unwrap();
        let error = bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &client(), SessionKind::Api).await.unwrap_err();
        assert!(matches!(error, Error::WrongSignIn { .. }));
        assert!(bed.keyrack.accounts.authenticate(&token.secret).await.is_err());
    }

    async fn a_name_is_plain_text(bed: Bed) {
        let owner = bed.owner().await;
        assert!(bed.keyrack.accounts.rename_user(&owner, &client(), " \n ").await.is_err());
        assert!(bed.keyrack.accounts.rename_user(&owner, &client(), "a\u{0}b").await.is_err());
        let profile = bed.keyrack.accounts.rename_user(&owner, &client(), " <b>Ada</b> ").await.unwrap();
        assert_eq!(profile.name, "<b>Ada</b>");
    }

    async fn two_step_ups_at_the_same_time_leave_one_value_that_lives_on(bed: Bed) {
        let session = bed.sign_in("owner@example.org", SessionKind::Browser).await;
        let (one, two) = tokio::join!(bed.confirmed(&session.caller), bed.confirmed(&session.caller));
        for value in [one.new_session().unwrap(), two.new_session().unwrap()] {
            // Whoever comes with it now is remembered, if it is the session's value.
            let _ = bed.keyrack.accounts.caller_of_session(value).await;
        }
        bed.clock.advance(TimeDelta::seconds(11));
        let mut alive = Vec::new();
        for value in [one.new_session().unwrap(), two.new_session().unwrap()] {
            alive.push(bed.keyrack.accounts.caller_of_session(value).await.is_ok());
        }
        assert_eq!(alive.iter().filter(|alive| **alive).count(), 1, "{alive:?}");
        bed.keyrack.accounts.sign_out(&session.caller, &client()).await.unwrap();
        for value in [one.new_session().unwrap(), two.new_session().unwrap()] {
            assert!(bed.keyrack.accounts.caller_of_session(value).await.is_err());
        }
    }

    async fn no_session_of_the_former_password_outlives_its_change(bed: Bed) {
        const NEW: &str = "orbit-lantern-cactus-42";
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let from = client();
        let (changed, a, b, c) = tokio::join!(
            bed.keyrack.accounts.change_password(&confirmed, PASSWORD, NEW),
            bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &from, SessionKind::Api),
            bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &from, SessionKind::Api),
            bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &from, SessionKind::Api),
        );
        changed.unwrap();
        for opened in [a, b, c].into_iter().flatten() {
            let SignIn::Done(opened) = opened else { panic!("there is no second factor") };
            assert!(bed.keyrack.accounts.authenticate(opened.session.as_str()).await.is_err());
        }
    }

    async fn no_session_of_a_former_secret_outlives_the_regeneration(bed: Bed) {
        let owner = bed.owner().await;
        let extended = NewToken { api_set: ApiSet::ExtendedAccess, ..new_token("t", &[]) };
        let made = bed.token(&owner, extended).await;
        let confirmed = bed.confirmed(&owner).await;
        let from = client();
        let (renewed, a, b) = tokio::join!(
            bed.keyrack.tokens.regenerate(&confirmed, made.token.id, None, Renewal::KeepDate),
            bed.keyrack.accounts.sign_in_with_token(&made.secret, &from, SessionKind::Api),
            bed.keyrack.accounts.sign_in_with_token(&made.secret, &from, SessionKind::Api),
        );
        renewed.unwrap();
        for opened in [a, b].into_iter().flatten() {
            assert!(bed.keyrack.accounts.authenticate(opened.session.as_str()).await.is_err());
        }
    }
}
