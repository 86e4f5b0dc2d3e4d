//! Secrets that were found where others can read them.

use keyrack_domain::accounts::SessionKind;
use keyrack_domain::tokens::{Leak, LeakPlace, NewToken, Renewal, Scope};
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::types::token_limits::SecretState;
use keyrack_domain::{Credential, Error};

use crate::test_domain::{STOP, TestDomain, client, new_token, on_both};

on_both! {
    async fn a_published_value_is_refused_at_once_and_its_token_lives_on_with_a_new_one(bed: TestDomain) {
        let owner = bed.owner().await;
        let new = NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), ..new_token("Deploy", &[]) };
        let made = bed.token(&owner, new).await;
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
        let accounts = &bed.keyrack.accounts;
        let session = accounts.sign_in_with_token(&made.secret, &client(), SessionKind::Api).await.unwrap().session;
        let padded = format!(" {}\n", made.secret);
        let texts = [padded.as_str(), "krp_nonsense", "", "x"];
        let found = bed.keyrack.tokens.publish(&texts, &LeakPlace::Reported, &client()).await.unwrap();
        assert_eq!(found, [Leak::Ours, Leak::Noise, Leak::Noise, Leak::Noise]);
        let refused = bed.may_call(&made.secret, STOP).await.unwrap_err();
        assert!(matches!(refused, Error::NotAuthenticated(Credential::Published)), "{refused}");
        assert!(accounts.authenticate(session.as_str()).await.is_err());
        assert!(bed.notices(&owner).await.contains(&"Access token “Deploy” was published".to_owned()));
        let listed = bed.keyrack.tokens.list(&owner).await.unwrap().tokens.remove(0);
        assert_eq!(listed.secrets.iter().map(|secret| secret.state).collect::<Vec<_>>(), [SecretState::Published]);
        // Once more: nothing happens.
        let entries = bed.audit().await.len();
        bed.keyrack.tokens.publish(&[&made.secret], &LeakPlace::Reported, &client()).await.unwrap();
        assert_eq!(bed.audit().await.len(), entries);
        let confirmed = bed.confirmed(&owner).await;
        let renewed = bed.keyrack.tokens.regenerate(&confirmed, made.token.id, None, Renewal::KeepDate).await.unwrap();
        assert!(bed.may_call(&renewed.secret, STOP).await.unwrap());
        assert!(bed.may_call(&made.secret, STOP).await.is_err());
    }

    async fn publishing_an_overlapping_value_ends_only_that_one(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let confirmed = bed.confirmed(&owner).await;
        let renewed = bed.keyrack.tokens.rotate(&confirmed, made.token.id, None, Renewal::KeepDate, 3600).await.unwrap();
        bed.keyrack.tokens.publish(&[&made.secret], &LeakPlace::Reported, &client()).await.unwrap();
        assert!(bed.may_call(&made.secret, STOP).await.is_err());
        assert!(bed.may_call(&renewed.secret, STOP).await.unwrap());
    }

    async fn the_value_of_a_removed_token_is_known_as_published(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let confirmed = bed.confirmed(&owner).await;
        bed.keyrack.tokens.remove(&confirmed, &[made.token.id]).await.unwrap();
        let found = bed.keyrack.tokens.publish(&[&made.secret], &LeakPlace::Scanned(String::new()), &client()).await.unwrap();
        assert_eq!(found, [Leak::Ours]);
        assert!(bed.may_call(&made.secret, STOP).await.is_err());
    }
}
