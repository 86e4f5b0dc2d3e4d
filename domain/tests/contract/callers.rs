//! Looking secrets up: what reaches the database, and what becomes known when.

use chrono::TimeDelta;
use keyrack_domain::accounts::SessionKind;
use keyrack_domain::secret::Secret;
use keyrack_domain::world::World;
use keyrack_domain::{Credential, Error};

use crate::test_domain::{GET, TestDomain, client, new_token, on_both};

async fn hide_tokens(bed: &TestDomain) {
    bed.execute("ALTER TABLE tokens RENAME TO hidden").await.unwrap();
}

#[tokio::test]
async fn a_value_that_is_nobodys_is_asked_for_once() {
    let bed = TestDomain::sqlite().await;
    let (asked, new) = (Secret::new_token(&World::system()), Secret::new_token(&World::system()));
    let unknown = |error| matches!(error, Err(Error::NotAuthenticated(Credential::Unknown)));
    assert!(unknown(bed.keyrack.accounts.authenticate(asked.as_str()).await));
    hide_tokens(&bed).await;
    assert!(unknown(bed.keyrack.accounts.authenticate(asked.as_str()).await), "the first answer still holds");
    assert!(
        matches!(bed.keyrack.accounts.authenticate(new.as_str()).await, Err(Error::Internal)),
        "this one has to be looked up"
    );
}

#[tokio::test]
async fn a_wrong_checksum_reaches_no_table() {
    let bed = TestDomain::sqlite().await;
    hide_tokens(&bed).await;
    let mut slip = Secret::new_token(&World::system()).as_str().to_owned();
    let last = if slip.ends_with('0') { '1' } else { '0' };
    slip.pop();
    slip.push(last);
    let refused = bed.keyrack.accounts.authenticate(&slip).await;
    assert!(matches!(refused, Err(Error::NotAuthenticated(Credential::Unknown))));
}

on_both! {
    async fn a_member_who_is_let_in_again_is_known_at_the_first_call(bed: TestDomain) {
        let owner = bed.owner().await;
        let token = bed.token(&owner, new_token("Deploy", &[GET])).await;
        bed.execute("UPDATE users SET enabled = 0").await.unwrap();
        bed.keyrack.core.forget_callers();
        assert!(bed.keyrack.accounts.authenticate(&token.secret).await.is_err());
        bed.execute("UPDATE users SET enabled = 1").await.unwrap();
        assert!(bed.keyrack.accounts.authenticate(&token.secret).await.is_ok());
    }

    async fn a_session_that_was_used_on_another_server_is_not_idle_here(bed: TestDomain) {
        let session = bed.sign_in("owner@example.org", SessionKind::Api).await.session;
        let there = bed.again().await;
        let use_at = async |keyrack: &keyrack_domain::Keyrack| {
            let caller = keyrack.accounts.authenticate(session.as_str()).await?;
            caller.note_use(keyrack.world().now(), &client());
            keyrack.flush().await
        };
        use_at(&bed.keyrack).await.unwrap();
        for _ in 0..3 {
            bed.clock.advance(TimeDelta::hours(7));
            use_at(&there).await.unwrap();
        }
        use_at(&bed.keyrack).await.expect("it was used seven hours ago");
        bed.clock.advance(TimeDelta::hours(13));
        assert!(matches!(use_at(&bed.keyrack).await, Err(Error::NotAuthenticated(Credential::Ended))));
    }
}
