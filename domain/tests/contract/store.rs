//! Opening a database, and what the schema itself holds.

use keyrack_domain::store::{OpenError, Store};

use crate::test_domain::{STOP, TestDomain, new_token, on_both};

on_both! {
    async fn a_database_of_a_newer_keyrack_is_refused(bed: TestDomain) {
        bed.execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 9999, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        )
        .await
        .unwrap();
        let error = Store::open(&bed.url).await.unwrap_err();
        assert!(matches!(error, OpenError::Newer { found: 9999, .. }), "{error}");
    }

    async fn opening_twice_changes_nothing(bed: TestDomain) {
        let owner = bed.owner().await;
        bed.token(&owner, new_token("t", &[STOP])).await;
        bed.store().await.close().await;
        assert_eq!(bed.keyrack.tokens.list(&owner).await.unwrap().tokens.len(), 1);
    }

    async fn a_token_needs_a_membership_and_goes_before_it(bed: TestDomain) {
        let owner = bed.owner().await;
        bed.token(&owner, new_token("t", &[STOP])).await;
        assert!(bed.execute("DELETE FROM memberships").await.is_err());
        assert!(bed.execute("UPDATE tokens SET owner_id = 999").await.is_err());
        assert!(bed.execute("UPDATE tokens SET description = ''").await.is_err());
        assert!(bed.execute("UPDATE users SET email = 'Owner@example.org'").await.is_err());
        assert!(bed.execute("UPDATE memberships SET role = 'king'").await.is_err());
    }

    async fn a_transaction_that_is_dropped_leaves_nothing(bed: TestDomain) {
        let store = bed.store().await;
        let mut tx = store.begin().await.unwrap();
        sqlx::query("UPDATE users SET name = 'changed'").execute(&mut *tx).await.unwrap();
        drop(tx);
        let name: String = sqlx::query_scalar("SELECT name FROM users").fetch_one(store.read()).await.unwrap();
        assert_eq!(name, "owner");
    }
}

#[tokio::test]
async fn other_schemes_and_places_that_are_not_there_are_told() {
    assert!(matches!(Store::open("mysql://x").await.unwrap_err(), OpenError::Scheme(_)));
    assert!(matches!(
        Store::open("sqlite:///no/such/folder/x.db?mode=rwc").await.unwrap_err(),
        OpenError::Unreachable(_)
    ));
}
