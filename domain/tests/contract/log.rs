//! Reading the audit log.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use keyrack_domain::Error;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::audit::AuditFilter;

use crate::test_domain::{GET, STOP, TestDomain, client, new_token, on_both};

on_both! {
    async fn pages_go_back_without_gap_or_overlap(bed: TestDomain) {
        let owner = bed.owner().await;
        for _ in 0..70 {
            bed.keyrack.accounts.rename_user(&owner, &client(), "Ada").await.unwrap();
        }
        let filter = AuditFilter { method: "user.rename".into(), ..AuditFilter::default() };
        let first = bed.keyrack.audit.page(&owner, &filter, None).await.unwrap();
        let second = bed.keyrack.audit.page(&owner, &filter, first.older).await.unwrap();
        let ids: Vec<_> = first.entries.iter().chain(&second.entries).map(|entry| entry.id).collect();
        assert_eq!((first.entries.len(), second.entries.len(), second.older), (50, 20, None));
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1] + 1), "{ids:?}");
    }

    async fn filters_narrow_by_person_token_method_and_day_and_take_wildcards_literally(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("100% sure_thing", &[STOP])).await;
        bed.keyrack.refused(&bed.keyrack.accounts.authenticate(&made.secret).await.unwrap(), &client(), GET, 8202, "no");
        bed.keyrack.flush().await.unwrap();
        let count = async |filter: AuditFilter| bed.keyrack.audit.page(&owner, &filter, None).await.unwrap().entries.len();
        let all = count(AuditFilter::default()).await;
        // Its creation, and what it was refused.
        assert_eq!(count(AuditFilter { token: "100%".into(), ..AuditFilter::default() }).await, 2);
        assert_eq!(count(AuditFilter { token: "1%s".into(), ..AuditFilter::default() }).await, 0);
        let number = made.token.id.to_string();
        assert_eq!(count(AuditFilter { token: number, ..AuditFilter::default() }).await, 2);
        // A number is one token's, and no part of other words.
        assert_eq!(count(AuditFilter { token: "100".into(), ..AuditFilter::default() }).await, 0);
        assert_eq!(count(AuditFilter { method: "getenvs".into(), ..AuditFilter::default() }).await, 1);
        assert_eq!(count(AuditFilter { person: "OWNER@".into(), ..AuditFilter::default() }).await, all - 1);
        let day = bed.now().date_naive();
        assert_eq!(count(AuditFilter { from: Some(day), to: Some(day), ..AuditFilter::default() }).await, all);
        assert_eq!(count(AuditFilter { from: day.succ_opt(), ..AuditFilter::default() }).await, 0);
        assert_eq!(count(AuditFilter { to: day.pred_opt(), ..AuditFilter::default() }).await, 0);
    }

    async fn an_account_reads_its_own_entries_only_and_viewers_none(bed: TestDomain) {
        bed.owner().await;
        let viewer = bed.member("viewer@example.org", Role::Viewer).await;
        let stranger = bed.stranger().await;
        assert!(matches!(bed.keyrack.audit.page(&viewer, &AuditFilter::default(), None).await, Err(Error::Forbidden(_))));
        assert!(bed.keyrack.audit.export(&viewer, &AuditFilter::default()).is_err());
        let entries = bed.keyrack.audit.page(&stranger, &AuditFilter::default(), None).await.unwrap().entries;
        assert!(!entries.is_empty() && entries.iter().all(|entry| !format!("{entry:?}").contains("owner@example.org")));
    }

    async fn an_export_holds_everything_oldest_first(bed: TestDomain) {
        let owner = bed.owner().await;
        for _ in 0..120 {
            bed.keyrack.accounts.rename_user(&owner, &client(), "Ada").await.unwrap();
        }
        let filter = AuditFilter { method: "rename".into(), ..AuditFilter::default() };
        let entries: Vec<_> = bed.keyrack.audit.export(&owner, &filter).unwrap().try_collect().await.unwrap();
        assert_eq!(entries.len(), 120);
        assert!(entries.is_sorted_by_key(|entry| entry.id));
    }

    async fn who_reads_an_export_slowly_holds_nobody_up(bed: TestDomain) {
        let owner = bed.owner().await;
        let (account, last) = (owner.account, bed.audit().await.len());
        let entry = |number| format!("({number}, 0, {account}, 'a', 'api.call', 's', 'done', '{{}}', '', '')");
        let entries: Vec<_> = (last + 1..=last + 1200).map(entry).collect();
        bed.execute(&format!("INSERT INTO audit VALUES {}", entries.join(", "))).await.unwrap();
        let filter = AuditFilter { method: "api.call".into(), ..AuditFilter::default() };
        let mut exports = Vec::new();
        for _ in 0..12 {
            let mut export = Box::pin(bed.keyrack.audit.export(&owner, &filter).unwrap());
            assert!(export.next().await.unwrap().is_ok());
            exports.push(export);
        }
        let ready = tokio::time::timeout(Duration::from_secs(5), bed.keyrack.ready()).await;
        assert!(ready.is_ok_and(|ready| ready.is_ok()));
        let rest: Vec<_> = exports.remove(0).try_collect().await.unwrap();
        assert!(rest.len() == 1199 && rest.is_sorted_by_key(|entry| entry.id), "{}", rest.len());
    }
}
