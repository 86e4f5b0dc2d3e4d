//! Users, sign-in and sessions.

use chrono::TimeDelta;
use keyrack_domain::accounts::{Confirmation, SessionKind, SignIn};
use keyrack_domain::tokens::{NewToken, Renewal, Scope};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::{Credential, Error};

use crate::test_domain::{PASSWORD, TestDomain, client, new_token, on_both};

on_both! {
    async fn an_address_has_one_user_whatever_its_case(bed: TestDomain) {
        let error = bed.keyrack.accounts.create_user_with_account(" OWNER@example.org ", PASSWORD).await.unwrap_err();
        assert!(matches!(error, Error::Exists(_)), "{error}");
        assert!(error.to_string().contains("owner@example.org"));
    }

    async fn a_domain_is_one_however_it_is_spelled(bed: TestDomain) {
        bed.keyrack.accounts.create_user_with_account("ada@exämple.org", PASSWORD).await.unwrap();
        for spelling in ["ada@xn--exmple-cua.org", "Ada@EXÄMPLE.ORG", "ada@exa\u{308}mple.org"] {
            let error = bed.keyrack.accounts.create_user_with_account(spelling, PASSWORD).await.unwrap_err();
            assert!(matches!(error, Error::Exists(_)), "{spelling}: {error}");
            assert_eq!(bed.sign_in(spelling, SessionKind::Api).await.caller.email, "ada@xn--exmple-cua.org");
        }
        let ada = bed.sign_in("ada@exämple.org", SessionKind::Browser).await.caller;
        let owner = bed.owner().await;
        let invite = async |email: &str| bed.keyrack.members.invite(&bed.confirmed(&owner).await, email, Role::Viewer).await;
        let invitation = invite("ADA@exämple.org").await.unwrap();
        assert!(bed.keyrack.members.invitation(invitation.secret.as_str()).await.unwrap().known_user);
        bed.keyrack.members.accept_as_user(&ada, &client(), invitation.secret.as_str()).await.unwrap();
        assert!(matches!(invite("ada@xn--exmple-cua.org").await, Err(Error::Exists(_))), "a member already");
        bed.keyrack.accounts.reset_password("ADA@exämple.org", "another long password").await.unwrap();
        let by_new = bed.keyrack.accounts.sign_in("ada@exämple.org", "another long password", &client(), SessionKind::Api).await;
        assert!(matches!(by_new, Ok(SignIn::Done(_))));
    }

    async fn who_was_stored_in_another_form_still_signs_in(bed: TestDomain) {
        bed.keyrack.accounts.create_user_with_account("ada@example.org", PASSWORD).await.unwrap();
        for former in ["ada@exämple.org", "a:b@c.org"] {
            bed.execute(&format!("UPDATE users SET email = '{former}' WHERE email <> 'owner@example.org'")).await.unwrap();
            let ada = bed.sign_in(former, SessionKind::Browser).await.caller;
            assert_eq!(ada.email, former);
            // A colon would part the label in two.
            let enrolment = bed.keyrack.second_factor.begin_totp(&bed.confirmed(&ada).await).await.unwrap();
            assert!(enrolment.address.starts_with("otpauth://totp/Keyrack%20localhost-8080:a"), "{}", enrolment.address);
            assert_eq!(enrolment.address.matches(':').count(), 2, "{}", enrolment.address);
            bed.keyrack.accounts.reset_password(former, PASSWORD).await.unwrap();
        }
    }

    async fn what_is_no_address_or_too_short_a_password_is_refused(bed: TestDomain) {
        for email in ["", "nobody", "@example.org", "a@", "a b@example.org", "a@b@c", "a:b@c.org", "a@example.org\r\nBcc: x"] {
            let error = bed.keyrack.accounts.create_user_with_account(email, PASSWORD).await.unwrap_err();
            assert!(matches!(error, Error::Invalid { .. }), "{email}: {error}");
        }
        let error = bed.keyrack.accounts.create_user_with_account("new@example.org", "short").await.unwrap_err();
        assert!(error.to_string().contains("12"), "{error}");
    }

    async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(bed: TestDomain) {
        let wrong = bed.keyrack.accounts.sign_in("owner@example.org", "wrong", &client(), SessionKind::Browser).await.unwrap_err();
        let unknown = bed.keyrack.accounts.sign_in("ghost@example.org", "wrong", &client(), SessionKind::Browser).await.unwrap_err();
        assert_eq!(wrong.to_string(), unknown.to_string());
        assert!(matches!(unknown, Error::WrongSignIn { .. }));
    }

    async fn only_wrong_passwords_of_known_users_are_audited(bed: TestDomain) {
        for login in ["owner@example.org", "my-secret-password-in-the-wrong-field"] {
            bed.keyrack.accounts.sign_in(login, "wrong", &client(), SessionKind::Browser).await.unwrap_err();
        }
        bed.keyrack.flush().await.unwrap();
        let refused: Vec<_> = bed.audit().await.into_iter().filter(|entry| entry.3.starts_with("refused")).collect();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].2, "user:owner@example.org");
    }

    async fn a_browser_session_opens_only_the_browser_door_and_an_api_session_only_the_api(bed: TestDomain) {
        let browser = bed.sign_in("Owner@Example.org", SessionKind::Browser).await;
        let api = bed.sign_in("owner@example.org", SessionKind::Api).await;
        assert!(bed.keyrack.accounts.caller_of_session(browser.session.as_str()).await.is_ok());
        assert!(bed.keyrack.accounts.authenticate(api.session.as_str()).await.is_ok());
        assert!(bed.keyrack.accounts.authenticate(browser.session.as_str()).await.is_err());
        assert!(bed.keyrack.accounts.caller_of_session(api.session.as_str()).await.is_err());
    }

    async fn a_session_ends_when_signed_out(bed: TestDomain) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        bed.keyrack.accounts.sign_out(&session.caller, &client()).await.unwrap();
        let error = bed.keyrack.accounts.authenticate(session.session.as_str()).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(_)));
    }

    async fn a_session_ends_when_it_is_idle_and_use_keeps_it_alive(bed: TestDomain) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        for _ in 0..3 {
            bed.clock.advance(TimeDelta::hours(11));
            bed.keyrack.accounts.authenticate(session.session.as_str()).await.unwrap().note_use(bed.now(), &client());
        }
        bed.clock.advance(TimeDelta::hours(13));
        let error = bed.keyrack.accounts.authenticate(session.session.as_str()).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(Credential::Ended)), "{error}");
    }

    async fn a_session_ends_at_its_absolute_limit_however_much_it_is_used(bed: TestDomain) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        for _ in 0..28 {
            bed.keyrack.accounts.authenticate(session.session.as_str()).await.unwrap().note_use(bed.now(), &client());
            bed.clock.advance(TimeDelta::hours(12));
        }
        bed.clock.advance(TimeDelta::seconds(1));
        assert!(bed.keyrack.accounts.authenticate(session.session.as_str()).await.is_err());
    }

    async fn a_step_up_changes_the_session_value_and_the_old_one_answers_ten_seconds_more(bed: TestDomain) {
        let session = bed.sign_in("owner@example.org", SessionKind::Browser).await;
        let confirmed = bed.confirmed(&session.caller).await;
        let value = confirmed.new_session().unwrap().to_owned();
        bed.clock.advance(TimeDelta::seconds(9));
        assert!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.is_ok());
        bed.clock.advance(TimeDelta::seconds(2));
        assert!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.is_err());
        assert!(bed.keyrack.accounts.caller_of_session(&value).await.is_ok());
    }

    async fn an_api_session_keeps_its_value_at_a_step_up(bed: TestDomain) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        assert!(bed.confirmed(&session.caller).await.new_session().is_none());
        assert!(bed.keyrack.accounts.authenticate(session.session.as_str()).await.is_ok());
    }

    async fn a_wrong_password_confirms_nothing(bed: TestDomain) {
        let owner = bed.owner().await;
        let error = bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::password("wrong")).await.unwrap_err();
        assert!(matches!(error, Error::WrongPassword { wait: 0 }), "{error}");
        let error = bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::default()).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }

    async fn sessions_are_listed_and_ended_all_or_none(bed: TestDomain) {
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

    async fn swept_sessions_are_only_those_that_ended(bed: TestDomain) {
        bed.owner().await;
        bed.clock.advance(TimeDelta::hours(13));
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        bed.keyrack.accounts.sweep_sessions().await.unwrap();
        assert_eq!(bed.keyrack.accounts.sessions(&session.caller).await.unwrap().len(), 1);
        assert!(bed.keyrack.accounts.authenticate(session.session.as_str()).await.is_ok());
    }

    async fn a_disabled_user_can_do_nothing(bed: TestDomain) {
        let owner = bed.owner().await;
        let token = bed.token(&owner, new_token("t", &[crate::test_domain::GET])).await;
        bed.execute("UPDATE users SET enabled = 0").await.unwrap();
        let error = bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &client(), SessionKind::Api).await.unwrap_err();
        assert!(matches!(error, Error::WrongSignIn { .. }));
        assert!(bed.keyrack.accounts.authenticate(&token.secret).await.is_err());
    }

    async fn a_name_is_plain_text(bed: TestDomain) {
        let owner = bed.owner().await;
        assert!(bed.keyrack.accounts.rename_user(&owner, &client(), " \n ").await.is_err());
        assert!(bed.keyrack.accounts.rename_user(&owner, &client(), "a\u{0}b").await.is_err());
        let profile = bed.keyrack.accounts.rename_user(&owner, &client(), " <b>Ada</b> ").await.unwrap();
        assert_eq!(profile.name, "<b>Ada</b>");
    }

    async fn two_step_ups_at_the_same_time_leave_one_value_that_lives_on(bed: TestDomain) {
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

    async fn no_session_of_the_former_password_outlives_its_change(bed: TestDomain) {
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

    async fn of_two_password_changes_at_the_same_time_one_wins_and_the_other_is_refused(bed: TestDomain) {
        const NEW: [&str; 2] = ["orbit-lantern-cactus-42", "velvet-gravel-harbour-77"];
        let (one, two) = (bed.owner().await, bed.owner().await);
        let (by_one, by_two) = (bed.confirmed(&one).await, bed.confirmed(&two).await);
        let there = bed.again().await;
        let (first, second) = tokio::join!(
            bed.keyrack.accounts.change_password(&by_one, PASSWORD, NEW[0]),
            there.accounts.change_password(&by_two, PASSWORD, NEW[1])
        );
        let won = usize::from(second.is_ok());
        let lost = if won == 0 { second } else { first };
        assert!(matches!(lost, Err(Error::WrongPassword { .. })), "{lost:?}");
        bed.keyrack.accounts.sign_in("owner@example.org", NEW[won], &client(), SessionKind::Api).await.unwrap();
        bed.keyrack.accounts.sign_in("owner@example.org", NEW[1 - won], &client(), SessionKind::Api).await.unwrap_err();
        // Nor does the operator's reset lose to a change that was on its way.
        bed.keyrack.accounts.reset_password("owner@example.org", PASSWORD).await.unwrap();
        assert!(bed.keyrack.accounts.change_password(&by_one, PASSWORD, NEW[0]).await.is_err());
    }

    async fn a_password_is_the_same_in_every_form_of_its_letters(bed: TestDomain) {
        let forms = ["d\u{e9}j\u{e0} vu \u{fc}ber orbit 42", "de\u{301}ja\u{300} vu u\u{308}ber orbit 42"];
        for [set, typed] in [forms, [forms[1], forms[0]]] {
            bed.keyrack.accounts.reset_password("owner@example.org", set).await.unwrap();
            let signed_in = bed.keyrack.accounts.sign_in("owner@example.org", typed, &client(), SessionKind::Api).await.unwrap();
            let SignIn::Done(signed_in) = signed_in else { panic!("there is no second factor") };
            let confirmed = bed.keyrack.accounts.confirm(&signed_in.caller, &client(), &Confirmation::password(typed)).await.unwrap();
            let same = bed.keyrack.accounts.change_password(&confirmed, typed, set).await.unwrap_err();
            assert!(matches!(same, Error::Invalid { .. }), "{same}");
            // Judged is what is hashed: full-width letters are no stronger than plain ones, and count as one each.
            for weak in ["\u{ff50}\u{ff41}\u{ff53}\u{ff53}\u{ff57}\u{ff4f}\u{ff52}\u{ff44}\u{ff11}\u{ff12}\u{ff13}\u{ff14}", "e\u{301}7x\u{308}q\u{323}w9z\u{30c}"] {
                let refused = bed.keyrack.accounts.change_password(&confirmed, typed, weak).await.unwrap_err();
                assert!(matches!(refused, Error::Invalid { .. }), "{weak:?}: {refused}");
            }
        }
    }

    async fn no_session_of_a_former_secret_outlives_the_regeneration(bed: TestDomain) {
        let owner = bed.owner().await;
        let extended = NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), ..new_token("t", &[]) };
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
