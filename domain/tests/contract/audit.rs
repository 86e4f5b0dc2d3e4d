//! The audit chain: whole when nobody touched it, and naming the first broken entry when somebody did.

use keyrack_domain::audit::{Broken, Verified};
use keyrack_domain::store::Dialect;

use crate::bed::{Bed, STOP, new_token, on_both};

/// What an attacker with the database in hand would do first.
async fn unlock(bed: &Bed) {
    let sql = match bed.store().await.dialect() {
        Dialect::Sqlite => "DROP TRIGGER audit_entries_hold; DROP TRIGGER audit_entries_stay",
        Dialect::Postgres => "DROP TRIGGER audit_entries_stay ON audit",
    };
    bed.execute(sql).await.unwrap();
}

async fn fill(bed: &Bed) {
    let owner = bed.owner().await;
    for description in ["one", "two", "three"] {
        bed.token(&owner, new_token(description, &[STOP])).await;
    }
}

on_both! {
    async fn an_untouched_chain_verifies(bed: Bed) {
        fill(&bed).await;
        let entries = bed.audit().await.len() as u64;
        assert_eq!(bed.keyrack.audit.verify().await.unwrap(), Ok(Verified { entries }));
    }

    async fn entries_cannot_be_changed_or_removed_through_the_database(bed: Bed) {
        fill(&bed).await;
        for sql in ["UPDATE audit SET actor = 'somebody else' WHERE id = 1", "DELETE FROM audit WHERE id = 1"] {
            let error = bed.execute(sql).await.unwrap_err();
            assert!(error.to_string().contains("audit entries cannot be"), "{error}");
        }
    }

    async fn a_changed_entry_is_named(bed: Bed) {
        fill(&bed).await;
        unlock(&bed).await;
        bed.execute("UPDATE audit SET subject = 'token:1 harmless' WHERE id = 3").await.unwrap();
        assert_eq!(bed.keyrack.audit.verify().await.unwrap(), Err(Broken::Changed { id: 3 }));
    }

    async fn a_removed_entry_is_named(bed: Bed) {
        fill(&bed).await;
        unlock(&bed).await;
        bed.execute("DELETE FROM audit WHERE id = 2").await.unwrap();
        assert_eq!(bed.keyrack.audit.verify().await.unwrap(), Err(Broken::Missing { id: 2, next: 3 }));
    }

    async fn a_cut_off_tail_is_seen(bed: Bed) {
        fill(&bed).await;
        unlock(&bed).await;
        let expected = bed.audit().await.len() as i64;
        bed.execute(&format!("DELETE FROM audit WHERE id = {expected}")).await.unwrap();
        assert_eq!(bed.keyrack.audit.verify().await.unwrap(), Err(Broken::Cut { last: expected - 1, expected }));
    }

    async fn an_empty_log_with_a_history_is_seen(bed: Bed) {
        unlock(&bed).await;
        bed.execute("DELETE FROM audit").await.unwrap();
        assert!(matches!(bed.keyrack.audit.verify().await.unwrap(), Err(Broken::Cut { last: 0, .. })));
    }
}
