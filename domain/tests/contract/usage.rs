//! Last use and refusals are gathered in memory and flushed.

use chrono::TimeDelta;

use crate::bed::{Bed, GET, STOP, client, new_token, on_both};

on_both! {
    async fn the_last_use_shows_at_once_and_is_stored_by_the_flush(bed: Bed) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        assert_eq!(made.token.last_used, None);
        let used = bed.now();
        bed.keyrack.authenticate(&made.secret).await.unwrap().usage.note(used);
        assert_eq!(bed.keyrack.token_list(&owner).await.unwrap().tokens[0].last_used, Some(used));
        let stored = async || -> Option<i64> {
            sqlx::query_scalar("SELECT last_used_at FROM tokens").fetch_one(bed.store().await.read()).await.unwrap()
        };
        assert_eq!(stored().await, None);
        bed.keyrack.flush().await.unwrap();
        assert_eq!(stored().await, Some(used.timestamp_millis()));
    }

    async fn a_flush_never_moves_the_last_use_back(bed: Bed) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let caller = bed.keyrack.authenticate(&made.secret).await.unwrap();
        let later = bed.now() + TimeDelta::minutes(5);
        bed.execute(&format!("UPDATE tokens SET last_used_at = {}", later.timestamp_millis())).await.unwrap();
        caller.usage.note(bed.now());
        bed.keyrack.flush().await.unwrap();
        let stored: i64 = sqlx::query_scalar("SELECT last_used_at FROM tokens").fetch_one(bed.store().await.read()).await.unwrap();
        assert_eq!(stored, later.timestamp_millis());
    }

    async fn refusals_of_known_callers_become_one_entry_each_with_their_count(bed: Bed) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("t", &[STOP])).await;
        let caller = bed.keyrack.authenticate(&made.secret).await.unwrap();
        for _ in 0..3 {
            bed.keyrack.refused(&caller, &client(), GET, 8202, "not granted");
        }
        bed.keyrack.flush().await.unwrap();
        let audit = bed.audit().await;
        let (actor, action, subject, outcome, details) = audit.last().unwrap();
        assert!(actor.ends_with(&format!("by token:{}", made.token.id)), "{actor}");
        assert_eq!((action.as_str(), subject.as_str()), ("api.call", "method:environment.control.GetEnvs"));
        assert_eq!((outcome.as_str(), details.as_str()), ("refused: 8202 not granted", r#"{"times":3}"#));
    }
}
