//! The audit chain: whole when nobody touched it, and naming the first broken entry when somebody did.

use keyrack_domain::audit::{Broken, Verified};
use keyrack_domain::store::Dialect;

use crate::test_domain::{STOP, TestDomain, new_token, on_both};

/// What an attacker with the database in hand would do first.
async fn unlock(bed: &TestDomain) {
    let sql = match bed.store().await.dialect() {
        Dialect::Sqlite => "DROP TRIGGER audit_entries_hold; DROP TRIGGER audit_entries_stay",
        Dialect::Postgres => "DROP TRIGGER audit_entries_stay ON audit",
    };
    bed.execute(sql).await.unwrap();
}

async fn fill(bed: &TestDomain) {
    let owner = bed.owner().await;
    for description in ["one", "two", "three"] {
        bed.token(&owner, new_token(description, &[STOP])).await;
    }
}

on_both! {
    async fn an_untouched_chain_verifies(bed: TestDomain) {
        fill(&bed).await;
        let entries = bed.audit().await.len() as u64;
        let stored = "SELECT lower(hex(hash)) FROM audit ORDER BY id DESC LIMIT 1";
        let stored = match bed.store().await.dialect() {
            Dialect::Sqlite => stored.to_owned(),
            Dialect::Postgres => stored.replace("lower(hex(hash))", "encode(hash, 'hex')"),
        };
        let last_hash = sqlx::query_scalar(sqlx::AssertSqlSafe(stored)).fetch_one(bed.store().await.read()).await.unwrap();
        assert_eq!(bed.keyrack.audit.verify().await.unwrap(), Ok(Verified { entries, last_hash }));
    }

    async fn who_did_it_and_to_what_are_columns(bed: TestDomain) {
        type Keys = (String, Option<i64>, Option<i64>, String, Option<i64>);
        let keys = async |actor: &str, subject: &str| -> Keys {
            let sql = "SELECT actor_kind, actor_id, actor_token, subject_kind, subject_id FROM audit ORDER BY id DESC LIMIT 1";
            let last: i64 =
                sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM audit").fetch_one(bed.store().await.read()).await.unwrap();
            bed.execute(&format!(
                "INSERT INTO audit (id, at, actor, action, subject, outcome, details, address, hash) \
                 SELECT {last} + 1, 0, '{actor}', 'a.b', '{subject}', 'done', '{{}}', '', hash FROM audit_head"
            ))
            .await
            .unwrap();
            sqlx::query_as(sql).fetch_one(bed.store().await.read()).await.unwrap()
        };
        let found = |actor: &str, id: Option<i64>, token: Option<i64>, subject: &str, number: Option<i64>| {
            (actor.to_owned(), id, token, subject.to_owned(), number)
        };
        assert_eq!(keys("user:7 a@b.example", "token:3 Deploy by token:9").await, found("user", Some(7), None, "token", Some(3)));
        assert_eq!(keys("user:7 a@b.example by token:12", "environment:12").await, found("user", Some(7), Some(12), "environment", None));
        assert_eq!(keys("user:7 a@b.example by task:4 of token:3", "task:4 x.y.Z").await, found("user", Some(7), Some(3), "task", Some(4)));
        assert_eq!(keys("user:7 a@b.example by task:4", "user:8").await, found("user", Some(7), None, "user", Some(8)));
        assert_eq!(keys("operator", "user:1a@b.example").await, found("operator", None, None, "user", None));
        assert_eq!(keys("anonymous", "method:a.b.C").await, found("anonymous", None, None, "method", None));
        assert_eq!(keys("server", "server").await, found("server", None, None, "server", None));
    }

    async fn entries_cannot_be_changed_or_removed_through_the_database(bed: TestDomain) {
        fill(&bed).await;
        let audit = bed.audit().await;
        const COLUMNS: &str = "(id, at, account_id, actor, action, subject, outcome, details, address, hash)";
        const OTHER: &str = "SELECT id, at, account_id, 'somebody else', action, subject, outcome, details, address, hash FROM audit WHERE id = 1";
        let into = |verb: &str, after: &str| format!("{verb} INTO audit {COLUMNS} {OTHER} {after}");
        let upsert = "ON CONFLICT (id) DO UPDATE SET actor = excluded.actor";
        let mut changes = vec![
            "UPDATE audit SET actor = 'somebody else' WHERE id = 1".to_owned(),
            "DELETE FROM audit WHERE id = 1".into(),
            "DELETE FROM audit".into(),
            into("INSERT", upsert),
            into("INSERT", "ON CONFLICT DO NOTHING"),
            into("INSERT", ""),
        ];
        match bed.store().await.dialect() {
            Dialect::Sqlite => changes.extend([
                into("INSERT OR REPLACE", ""),
                into("REPLACE", ""),
                into("INSERT OR IGNORE", ""),
                "UPDATE OR REPLACE audit SET id = 1 WHERE id = 2".into(),
                "UPDATE OR IGNORE audit SET actor = 'somebody else'".into(),
                format!("PRAGMA recursive_triggers = OFF; {}", into("REPLACE", "")),
            ]),
            Dialect::Postgres => changes.extend([
                "TRUNCATE audit".into(),
                format!("SET LOCAL session_replication_role = replica; {}", into("INSERT", upsert)),
                "SET LOCAL session_replication_role = replica; DELETE FROM audit WHERE id = 1".into(),
                "MERGE INTO audit a USING (SELECT 1 AS id) b ON a.id = b.id WHEN MATCHED THEN DELETE".into(),
            ]),
        }
        for sql in changes {
            let error = bed.execute(&sql).await.expect_err(&sql);
            assert!(error.to_string().contains("audit entries cannot be"), "{sql}: {error}");
        }
        assert_eq!(bed.audit().await, audit);
        assert!(bed.keyrack.audit.verify().await.unwrap().is_ok());
    }

    async fn a_changed_entry_is_named(bed: TestDomain) {
        fill(&bed).await;
        unlock(&bed).await;
        bed.execute("UPDATE audit SET subject = 'token:1 harmless' WHERE id = 3").await.unwrap();
        assert_eq!(bed.keyrack.audit.verify().await.unwrap(), Err(Broken::Changed { id: 3 }));
    }

    async fn a_removed_entry_is_named(bed: TestDomain) {
        fill(&bed).await;
        unlock(&bed).await;
        bed.execute("DELETE FROM audit WHERE id = 2").await.unwrap();
        assert_eq!(bed.keyrack.audit.verify().await.unwrap(), Err(Broken::Missing { id: 2, next: 3 }));
    }

    async fn a_cut_off_tail_is_seen(bed: TestDomain) {
        fill(&bed).await;
        unlock(&bed).await;
        let expected = bed.audit().await.len() as i64;
        bed.execute(&format!("DELETE FROM audit WHERE id = {expected}")).await.unwrap();
        assert_eq!(bed.keyrack.audit.verify().await.unwrap(), Err(Broken::Cut { last: expected - 1, expected }));
    }

    async fn an_empty_log_with_a_history_is_seen(bed: TestDomain) {
        unlock(&bed).await;
        bed.execute("DELETE FROM audit").await.unwrap();
        assert!(matches!(bed.keyrack.audit.verify().await.unwrap(), Err(Broken::Cut { last: 0, .. })));
    }
}
