//! The machine's clock jumps: forward by a day and back again.

use chrono::TimeDelta;
use keyrack_domain::accounts::{Confirmation, SessionKind};
use keyrack_domain::tokens::NewToken;
use keyrack_domain::{Credential, Error};

use crate::test_domain::{PASSWORD, STOP, TestDomain, client, new_token, on_both};

on_both! {
    async fn tokens_and_sessions_follow_the_clock_there_and_back(bed: TestDomain) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
        let owner = bed.owner().await;
        let until = |hours| NewToken { expires: Some(bed.now() + TimeDelta::hours(hours)), ..new_token("t", &[STOP]) };
        let lasting = bed.token(&owner, new_token("lasting", &[STOP])).await;
        let short = bed.token(&owner, until(3)).await;

        bed.clock.advance(TimeDelta::days(1));
        assert!(bed.may_call(lasting.secret.as_str(), STOP).await.unwrap());
        let error = bed.keyrack.accounts.authenticate(short.secret.as_str()).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(Credential::Expired)), "{error}");
        assert!(bed.keyrack.accounts.authenticate(session.session.as_str()).await.is_err(), "idle for a day");
        let later = bed.owner().await;
        let made_then = bed.token(&later, new_token("made then", &[STOP])).await;
        bed.keyrack.flush().await.unwrap();

        bed.clock.advance(TimeDelta::days(-1));
        for secret in [&lasting, &short, &made_then] {
            assert!(bed.may_call(secret.secret.as_str(), STOP).await.unwrap());
        }
        // What is made now has an earlier moment than what is there, and stands behind it in the log all the same.
        let again = bed.owner().await;
        bed.token(&again, new_token("made again", &[STOP])).await;
        assert_eq!(bed.keyrack.tokens.list(&again).await.unwrap().tokens.len(), 4);
        bed.keyrack.flush().await.unwrap();
        bed.keyrack.audit.verify().await.unwrap().unwrap();
    }

    async fn wrong_passwords_are_not_held_against_anybody_for_a_day(bed: TestDomain) {
        for _ in 0..4 {
            bed.keyrack.accounts.sign_in("owner@example.org", "wrong", &client(), SessionKind::Api).await.unwrap_err();
        }
        bed.clock.advance(TimeDelta::days(-1));
        bed.sign_in("owner@example.org", SessionKind::Api).await;
    }

    async fn a_proof_from_before_the_clock_was_set_back_covers_nothing(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let enrolment = bed.keyrack.second_factor.begin_totp(&confirmed).await.unwrap();
        let secret = totp_rs::Secret::try_from_base32(&enrolment.secret).unwrap();
        let app = totp_rs::Builder::new().with_secret(secret).with_account_name("a").build().unwrap();
        let code = app.generate(bed.now().timestamp() as u64).to_string();
        bed.keyrack.second_factor.enable_totp(&confirmed, &code).await.unwrap();
        assert_eq!(bed.keyrack.accounts.second_factor_cover(&owner).await.unwrap(), Some(300));

        bed.clock.advance(TimeDelta::days(-1));
        assert_eq!(bed.keyrack.accounts.second_factor_cover(&owner).await.unwrap(), Some(0));
        let error = bed.keyrack.accounts.confirm(&owner, &client(), &Confirmation::password(PASSWORD)).await.unwrap_err();
        assert!(matches!(error, Error::SecondFactorNeeded { .. }), "{error}");
    }
}
