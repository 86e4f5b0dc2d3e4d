//! Everything from one database to another, in both directions.

use keyrack_domain::Keyrack;
use keyrack_domain::settings::Settings;
use keyrack_domain::store::{OpenError, Schema, Store, TransferError, transfer};
use keyrack_domain::types::accounts::Role;

use crate::test_domain::{STOP, TestDomain, catalog, new_token, on_both};

on_both! {
    async fn everything_moves_and_works_there(bed: TestDomain) {
        let owner = bed.owner().await;
        bed.member("ada@example.org", Role::Manager).await;
        let kept = bed.token(&owner, new_token("kept", &[STOP])).await;
        let gone = bed.token(&owner, new_token("gone", &[STOP])).await;
        bed.keyrack.tokens.remove(&bed.confirmed(&owner).await, &[gone.token.id]).await.unwrap();
        bed.keyrack.flush().await.unwrap();
        let Some(other) = bed.other_kind().await else { return };
        let (from, to) = (bed.store().await, Store::open(&other.url).await.unwrap());
        let before = bed.audit().await;

        let moved = transfer(&from, &to).await.unwrap();

        assert_eq!(moved.entries, before.len() as u64);
        assert!(moved.rows > moved.entries as i64 && moved.tables > 10, "{moved:?}");
        let settings = Settings { database: other.url.clone(), ..Settings::in_folder(bed.folder()) };
        let there = Keyrack::open(settings, bed.keyrack.world().clone(), catalog()).await.unwrap();
        there.audit.verify().await.unwrap().unwrap();
        let caller = there.accounts.authenticate(kept.secret.as_str()).await.unwrap();
        assert_eq!((caller.account, caller.user), (owner.account, owner.user));
        assert!(there.accounts.authenticate(gone.secret.as_str()).await.is_err());
        // The number of a token that is gone is not given again: the audit log speaks of it.
        let confirmed = there
            .accounts.confirm(&owner, &crate::test_domain::client(), &keyrack_domain::accounts::Confirmation::password(crate::test_domain::PASSWORD))
            .await
            .unwrap();
        let new = there.tokens.create(&confirmed, &new_token("new", &[STOP])).await.unwrap();
        assert!(new.token.id > gone.token.id, "{} is given again", new.token.id);
        there.audit.verify().await.unwrap().unwrap();
        there.close().await;
        to.close().await;
    }

    async fn a_database_with_somebody_in_it_takes_nothing(bed: TestDomain) {
        bed.owner().await;
        let Some(other) = bed.other_kind().await else { return };
        let (from, to) = (bed.store().await, Store::open(&other.url).await.unwrap());
        transfer(&from, &to).await.unwrap();
        let error = transfer(&from, &to).await.unwrap_err();
        assert!(matches!(error, TransferError::Filled), "{error}");
        let error = transfer(&to, &from).await.unwrap_err();
        assert!(matches!(error, TransferError::Filled), "{error}");
        let users: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(to.read()).await.unwrap();
        assert_eq!(users, 1);
        to.close().await;
    }

    async fn a_broken_audit_log_is_not_carried_on(bed: TestDomain) {
        bed.owner().await;
        bed.execute("UPDATE audit_head SET last_id = last_id + 1").await.unwrap();
        let Some(other) = bed.other_kind().await else { return };
        let (from, to) = (bed.store().await, Store::open(&other.url).await.unwrap());
        let error = transfer(&from, &to).await.unwrap_err();
        assert!(matches!(error, TransferError::SourceAudit(_)), "{error}");
        let users: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(to.read()).await.unwrap();
        assert_eq!(users, 0);
        to.close().await;
    }

    async fn an_older_schema_is_brought_up_or_refused(bed: TestDomain) {
        assert!(Store::open_with(&bed.url, Schema::Keep).await.is_ok());
        let versions: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version DESC")
            .fetch_all(bed.store().await.read())
            .await
            .unwrap();
        bed.execute("DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
            .await
            .unwrap();
        let error = Store::open_with(&bed.url, Schema::Keep).await.unwrap_err();
        assert!(matches!(error, OpenError::Older { found, known } if known == versions[0] && found == versions[1]), "{error}");
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open_with(&Store::sqlite_url(folder.path()), Schema::Keep).await.unwrap_err();
    assert!(matches!(error, OpenError::Unreachable(_)), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
