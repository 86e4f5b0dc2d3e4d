//! One-time codes and recovery codes, at sign-in and before changes.

use std::sync::Arc;

use chrono::TimeDelta;
use keyrack_domain::accounts::{Challenge, Confirmation, SessionKind, SignIn};
use keyrack_domain::caller::Caller;
use keyrack_domain::second_factor::Proof;
use keyrack_domain::{Error, Result};

use crate::test_domain::{PASSWORD, STOP, TestDomain, client, new_token, on_both};

/// An authenticator app.
pub struct Authenticator(totp_rs::Totp);

impl Authenticator {
    fn new(secret: &str) -> Authenticator {
        let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
        Authenticator(totp_rs::Builder::new().with_secret(secret).with_account_name("a").build().unwrap())
    }

    pub fn code(&self, bed: &TestDomain) -> String {
        self.0.generate(bed.now().timestamp() as u64).to_string()
    }
}

/// Enrols the owner; answers the authenticator and the recovery codes.
pub async fn enrol(bed: &TestDomain, owner: &Arc<Caller>) -> (Authenticator, Vec<String>) {
    let confirmed = bed.confirmed(owner).await;
    let enrolment = bed.keyrack.second_factor.begin_totp(&confirmed).await.unwrap();
    assert!(
        enrolment.address.starts_with("otpauth://totp/Keyrack%20localhost-8080:owner%40example.org?secret="),
        "{}",
        enrolment.address
    );
    assert!(enrolment.address.contains("&issuer=Keyrack%20localhost-8080"), "{}", enrolment.address);
    assert!(enrolment.qr.contains("<svg"));
    let app = Authenticator::new(&enrolment.secret);
    let codes = bed.keyrack.second_factor.enable_totp(&confirmed, &app.code(bed)).await.unwrap();
    bed.clock.advance(TimeDelta::seconds(60));
    (app, codes)
}

pub async fn half(bed: &TestDomain, kind: SessionKind) -> Challenge {
    match bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &client(), kind).await.unwrap() {
        SignIn::Half(challenge) => challenge,
        SignIn::Done(_) => panic!("signed in without the second factor"),
    }
}

async fn finish(
    bed: &TestDomain,
    challenge: &Challenge,
    code: &str,
    kind: SessionKind,
) -> Result<keyrack_domain::accounts::SignedIn> {
    bed.keyrack.accounts.finish_sign_in(challenge.secret.as_str(), &Proof::Code(code.into()), &client(), kind).await
}

on_both! {
    async fn enrolment_protects_only_after_its_first_code(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let begun = bed.keyrack.second_factor.begin_totp(&confirmed).await.unwrap();
        assert_eq!(bed.keyrack.second_factor.pending_totp(&owner).await.unwrap().unwrap().secret, begun.secret);
        assert!(matches!(bed.keyrack.second_factor.enable_totp(&confirmed, "000000").await, Err(Error::WrongCode { .. })));
        bed.owner().await;
        let app = Authenticator::new(&begun.secret);
        let codes = bed.keyrack.second_factor.enable_totp(&confirmed, &app.code(&bed)).await.unwrap();
        assert_eq!(codes.len(), 10);
        half(&bed, SessionKind::Browser).await;
        assert!(matches!(bed.keyrack.second_factor.begin_totp(&confirmed).await, Err(Error::Exists(_))));
    }

    async fn a_half_sign_in_that_was_tried_too_early_opens_at_once_when_it_is_finished(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, _) = enrol(&bed, &owner).await;
        let challenge = half(&bed, SessionKind::Api).await;
        let there = bed.again().await;
        for server in [&bed.keyrack, &there] {
            assert!(server.accounts.authenticate(challenge.secret.as_str()).await.is_err());
        }
        finish(&bed, &challenge, &app.code(&bed), SessionKind::Api).await.unwrap();
        for server in [&bed.keyrack, &there] {
            server.accounts.authenticate(challenge.secret.as_str()).await.unwrap();
        }
    }

    async fn a_half_sign_in_opens_no_door(bed: TestDomain) {
        let owner = bed.owner().await;
        enrol(&bed, &owner).await;
        for kind in [SessionKind::Browser, SessionKind::Api] {
            let challenge = half(&bed, kind).await;
            assert!(bed.keyrack.accounts.caller_of_session(challenge.secret.as_str()).await.is_err());
            assert!(bed.keyrack.accounts.authenticate(challenge.secret.as_str()).await.is_err());
        }
    }

    async fn the_code_finishes_it_once_and_a_browser_gets_a_new_value(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, _) = enrol(&bed, &owner).await;
        let challenge = half(&bed, SessionKind::Browser).await;
        let signed_in = finish(&bed, &challenge, &app.code(&bed), SessionKind::Browser).await.unwrap();
        assert_ne!(signed_in.session, challenge.secret);
        assert!(bed.keyrack.accounts.caller_of_session(signed_in.session.as_str()).await.is_ok());
        bed.clock.advance(TimeDelta::seconds(60));
        let again = finish(&bed, &challenge, &app.code(&bed), SessionKind::Browser).await.unwrap_err();
        assert!(matches!(again, Error::NotAuthenticated(_)), "{again}");
    }

    async fn an_api_session_keeps_the_value_that_signin_answered(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, _) = enrol(&bed, &owner).await;
        let challenge = half(&bed, SessionKind::Api).await;
        let signed_in = finish(&bed, &challenge, &app.code(&bed), SessionKind::Api).await.unwrap();
        assert_eq!(signed_in.session, challenge.secret);
        assert!(bed.keyrack.accounts.authenticate(challenge.secret.as_str()).await.is_ok());
    }

    async fn one_code_does_not_open_two_sessions_even_at_the_same_time(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, _) = enrol(&bed, &owner).await;
        let (first, second) = (half(&bed, SessionKind::Api).await, half(&bed, SessionKind::Api).await);
        let code = app.code(&bed);
        let (a, b) = tokio::join!(
            finish(&bed, &first, &code, SessionKind::Api),
            finish(&bed, &second, &code, SessionKind::Api)
        );
        assert_eq!([&a, &b].iter().filter(|result| result.is_ok()).count(), 1);
        assert!([a, b].into_iter().any(|result| matches!(result, Err(Error::WrongCode { .. }))));
    }

    async fn the_step_before_is_taken_and_no_other(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, _) = enrol(&bed, &owner).await;
        let (old, next) = (app.code(&bed), app.0.generate(bed.now().timestamp() as u64 + 60).to_string());
        assert!(finish(&bed, &half(&bed, SessionKind::Api).await, &next, SessionKind::Api).await.is_err());
        bed.clock.advance(TimeDelta::seconds(30));
        assert!(finish(&bed, &half(&bed, SessionKind::Api).await, &old, SessionKind::Api).await.is_ok());
        let old = app.code(&bed);
        bed.clock.advance(TimeDelta::seconds(60));
        assert!(finish(&bed, &half(&bed, SessionKind::Api).await, &old, SessionKind::Api).await.is_err());
    }

    async fn a_half_sign_in_gets_too_old(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, _) = enrol(&bed, &owner).await;
        let challenge = half(&bed, SessionKind::Browser).await;
        bed.clock.advance(TimeDelta::minutes(11));
        let error = finish(&bed, &challenge, &app.code(&bed), SessionKind::Browser).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(_)), "{error}");
    }

    async fn a_recovery_code_works_once_as_people_type_it(bed: TestDomain) {
        let owner = bed.owner().await;
        let (_, codes) = enrol(&bed, &owner).await;
        let typed = format!(" {} ", codes[0].to_uppercase().replace('-', " "));
        assert!(finish(&bed, &half(&bed, SessionKind::Api).await, &typed, SessionKind::Api).await.is_ok());
        assert!(finish(&bed, &half(&bed, SessionKind::Api).await, &codes[0], SessionKind::Api).await.is_err());
        assert_eq!(bed.keyrack.second_factor.second_factors(&owner).await.unwrap().recovery_codes_left, 9);
    }

    async fn a_set_up_of_an_authenticator_ends_after_a_quarter_of_an_hour(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let begun = bed.keyrack.second_factor.begin_totp(&confirmed).await.unwrap();
        let app = Authenticator::new(&begun.secret);
        bed.clock.advance(TimeDelta::minutes(15));
        assert_eq!(bed.keyrack.second_factor.pending_totp(&owner).await.unwrap().unwrap().secret, begun.secret);
        bed.clock.advance(TimeDelta::seconds(1));
        assert!(bed.keyrack.second_factor.pending_totp(&owner).await.unwrap().is_none());
        assert!(matches!(bed.keyrack.second_factor.enable_totp(&confirmed, &app.code(&bed)).await, Err(Error::NotFound(_))));
        assert_ne!(bed.keyrack.second_factor.begin_totp(&confirmed).await.unwrap().secret, begun.secret);
        assert_eq!(bed.audit().await.iter().filter(|entry| entry.1 == "second-factor.begin").count(), 2);
    }

    async fn a_set_up_of_an_authenticator_does_not_outlive_the_password(bed: TestDomain) {
        const NEW: &str = "orbit-lantern-cactus-42";
        for reset in [false, true] {
            let (owner, password) = (bed.owner().await, [PASSWORD, NEW]);
            let confirmed = bed.confirmed(&owner).await;
            let begun = bed.keyrack.second_factor.begin_totp(&confirmed).await.unwrap();
            if reset {
                bed.keyrack.accounts.reset_password("owner@example.org", NEW).await.unwrap();
            } else {
                bed.keyrack.accounts.change_password(&confirmed, PASSWORD, NEW).await.unwrap();
            }
            assert!(bed.keyrack.second_factor.pending_totp(&owner).await.unwrap().is_none());
            let code = Authenticator::new(&begun.secret).code(&bed);
            // Nor does what the former password confirmed begin or end another one.
            assert!(bed.keyrack.second_factor.enable_totp(&confirmed, &code).await.is_err());
            assert!(matches!(bed.keyrack.second_factor.begin_totp(&confirmed).await, Err(Error::WrongPassword { .. })));
            bed.keyrack.accounts.reset_password("owner@example.org", password[0]).await.unwrap();
        }
    }

    async fn a_recovery_code_is_taken_with_the_dashes_that_programs_put_in(bed: TestDomain) {
        let owner = bed.owner().await;
        let (_, codes) = enrol(&bed, &owner).await;
        for (code, dash) in codes.iter().zip(["\u{2010}", "\u{2011}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{a0}\u{2013}\u{a0}"]) {
            let typed = code.to_uppercase().replace('-', dash);
            let finished = finish(&bed, &half(&bed, SessionKind::Api).await, &typed, SessionKind::Api).await;
            assert!(finished.is_ok(), "{typed:?}");
        }
    }

    async fn new_recovery_codes_end_the_former_ones(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, old) = enrol(&bed, &owner).await;
        let with = Confirmation { password: Some(PASSWORD.into()), second_factor: Some(Proof::Code(app.code(&bed))) };
        let confirmed = bed.keyrack.accounts.confirm(&owner, &client(), &with).await.unwrap();
        let new = bed.keyrack.second_factor.regenerate_recovery_codes(&confirmed).await.unwrap();
        assert!(finish(&bed, &half(&bed, SessionKind::Api).await, &old[0], SessionKind::Api).await.is_err());
        assert!(finish(&bed, &half(&bed, SessionKind::Api).await, &new[0], SessionKind::Api).await.is_ok());
    }

    async fn a_change_asks_for_the_second_factor_and_a_fresh_proof_covers_five_minutes(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, _) = enrol(&bed, &owner).await;
        // Enrolling was a proof.
        assert!(bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::password(PASSWORD)).await.is_ok());
        bed.clock.advance(TimeDelta::minutes(5));
        assert_eq!(bed.keyrack.accounts.second_factor_cover(&owner).await.unwrap(), Some(0));
        let error = bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::password(PASSWORD)).await.unwrap_err();
        assert!(matches!(error, Error::SecondFactorNeeded { totp: true, passkey: false }), "{error}");
        let with = |code: String| Confirmation { password: Some(PASSWORD.into()), second_factor: Some(Proof::Code(code)) };
        assert!(matches!(bed.keyrack.accounts.confirm(&owner, &client(), &with("123456".into())).await, Err(Error::WrongCode { .. })));
        let confirmed = bed.keyrack.accounts.confirm(&owner, &client(), &with(app.code(&bed))).await.unwrap();
        assert!(bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::password(PASSWORD)).await.is_ok());
        assert_eq!(bed.keyrack.accounts.second_factor_cover(&owner).await.unwrap(), Some(300));

        bed.keyrack.second_factor.ask_second_factor_always(&confirmed, true).await.unwrap();
        let error = bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::password(PASSWORD)).await.unwrap_err();
        assert!(matches!(error, Error::SecondFactorNeeded { .. }), "{error}");
    }

    async fn the_password_comes_before_the_code(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, _) = enrol(&bed, &owner).await;
        bed.clock.advance(TimeDelta::minutes(6));
        let with = Confirmation { password: Some("wrong".into()), second_factor: Some(Proof::Code(app.code(&bed))) };
        assert!(matches!(bed.keyrack.accounts.confirm(&owner, &client(), &with).await, Err(Error::WrongPassword { .. })));
        let with = Confirmation { password: Some(PASSWORD.into()), ..with };
        assert!(bed.keyrack.accounts.confirm(&owner, &client(), &with).await.is_ok());
    }

    async fn tokens_go_on_working_when_a_second_factor_is_switched_on(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        enrol(&bed, &owner).await;
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
    }

    async fn switching_off_lets_the_password_do_and_drops_the_recovery_codes(bed: TestDomain) {
        let owner = bed.owner().await;
        let (app, codes) = enrol(&bed, &owner).await;
        bed.clock.advance(TimeDelta::minutes(6));
        let with = Confirmation { password: Some(PASSWORD.into()), second_factor: Some(Proof::Code(app.code(&bed))) };
        let confirmed = bed.keyrack.accounts.confirm(&owner, &client(), &with).await.unwrap();
        bed.keyrack.second_factor.disable_totp(&confirmed).await.unwrap();
        assert!(matches!(bed.keyrack.second_factor.disable_totp(&confirmed).await, Err(Error::NotFound(_))));
        bed.owner().await;
        assert_eq!(bed.keyrack.second_factor.second_factors(&owner).await.unwrap().recovery_codes_left, 0);
        assert!(!format!("{:?}", bed.audit().await).contains(&codes[0]));
        assert_eq!(
            bed.notices(&owner).await,
            ["Second factor switched off: one-time codes", "Second factor switched on: one-time codes"]
        );
    }

    async fn guessing_codes_gets_slower_whatever_the_address(bed: TestDomain) {
        let owner = bed.owner().await;
        enrol(&bed, &owner).await;
        for number in 0..4_u8 {
            let mut from = client();
            from.address = [10, 0, 0, number].into();
            let challenge = half(&bed, SessionKind::Api).await;
            let proof = Proof::Code("000000".into());
            let error = bed.keyrack.accounts.finish_sign_in(challenge.secret.as_str(), &proof, &from, SessionKind::Api).await.unwrap_err();
            assert!(matches!(error, Error::WrongCode { wait: 0 }), "{error}");
        }
        let challenge = half(&bed, SessionKind::Api).await;
        let error = finish(&bed, &challenge, "000000", SessionKind::Api).await.unwrap_err();
        assert!(matches!(error, Error::WrongCode { wait: 1 }), "{error}");
    }

    async fn wrong_first_codes_are_held_back_as_codes_at_sign_in_are(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        bed.keyrack.second_factor.begin_totp(&confirmed).await.unwrap();
        let mut waits = Vec::new();
        for _ in 0..5 {
            match bed.keyrack.second_factor.enable_totp(&confirmed, "000000").await.unwrap_err() {
                Error::WrongCode { wait } => waits.push(wait),
                other => panic!("{other}"),
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 1]);
        bed.keyrack.flush().await.unwrap();
        assert!(bed.audit().await.iter().any(|entry| entry.1 == "second-factor.enable" && entry.3.starts_with("refused")));
    }

    async fn one_first_code_switches_on_once(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let app = Authenticator::new(&bed.keyrack.second_factor.begin_totp(&confirmed).await.unwrap().secret);
        let code = app.code(&bed);
        let (a, b) =
            tokio::join!(bed.keyrack.second_factor.enable_totp(&confirmed, &code), bed.keyrack.second_factor.enable_totp(&confirmed, &code));
        let told = [a, b].into_iter().filter_map(Result::ok).collect::<Vec<_>>();
        assert_eq!(told.len(), 1, "the recovery codes of the other would be void");
        bed.clock.advance(TimeDelta::seconds(60));
        let challenge = half(&bed, SessionKind::Api).await;
        assert!(finish(&bed, &challenge, &told[0][0], SessionKind::Api).await.is_ok());
    }

    async fn a_recovery_code_opens_one_session_even_at_the_same_time(bed: TestDomain) {
        let owner = bed.owner().await;
        let (_, codes) = enrol(&bed, &owner).await;
        let (first, second) = (half(&bed, SessionKind::Api).await, half(&bed, SessionKind::Api).await);
        let (a, b) = tokio::join!(
            finish(&bed, &first, &codes[0], SessionKind::Api),
            finish(&bed, &second, &codes[0], SessionKind::Api),
        );
        assert!(a.is_ok() != b.is_ok());
    }

    async fn a_half_sign_in_does_not_outlive_the_password_that_began_it(bed: TestDomain) {
        const NEW: &str = "orbit-lantern-cactus-42";
        let owner = bed.owner().await;
        let (app, _) = enrol(&bed, &owner).await;
        let challenge = half(&bed, SessionKind::Browser).await;
        let with = Confirmation { password: Some(PASSWORD.into()), second_factor: Some(Proof::Code(app.code(&bed))) };
        let confirmed = bed.keyrack.accounts.confirm(&owner, &client(), &with).await.unwrap();
        bed.keyrack.accounts.change_password(&confirmed, PASSWORD, NEW).await.unwrap();
        bed.clock.advance(TimeDelta::seconds(60));
        let error = finish(&bed, &challenge, &app.code(&bed), SessionKind::Browser).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(_)), "{error}");
    }

    async fn a_proof_covers_its_own_session_only(bed: TestDomain) {
        let owner = bed.owner().await;
        let other = bed.owner().await;
        enrol(&bed, &owner).await;
        assert!(bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::password(PASSWORD)).await.is_ok());
        let error = bed.keyrack.accounts.confirm(&other, &client(), &Confirmation::password(PASSWORD)).await.unwrap_err();
        assert!(matches!(error, Error::SecondFactorNeeded { .. }), "{error}");
    }
}
