//! Notices to people.

use chrono::TimeDelta;
use keyrack_domain::accounts::SessionKind;
use keyrack_domain::tokens::{NewToken, Renewal};
use keyrack_domain::types::accounts::Role;

use crate::test_domain::{PASSWORD, STOP, TestDomain, client, new_token, on_both};

on_both! {
    async fn a_new_token_and_a_new_value_are_told_without_the_secret(bed: TestDomain) {
        let owner = bed.owner().await;
        let made = bed.token(&owner, new_token("Deploy", &[STOP])).await;
        let confirmed = bed.confirmed(&owner).await;
        let renewed = bed.keyrack.tokens.regenerate(&confirmed, made.token.id, None, Renewal::KeepDate).await.unwrap();
        assert_eq!(
            bed.notices(&owner).await,
            ["Access token “Deploy” has a new value", "Access token “Deploy” was generated"]
        );
        let text = format!("{:?}", bed.keyrack.notices.list(&owner).await.unwrap());
        assert!(!text.contains(&made.secret) && !text.contains(&renewed.secret));
    }

    async fn only_a_further_device_is_news(bed: TestDomain) {
        let owner = bed.owner().await;
        bed.owner().await;
        assert!(bed.notices(&owner).await.is_empty());
        let mut elsewhere = client();
        elsewhere.user_agent = "Another browser".into();
        bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &elsewhere, SessionKind::Api).await.unwrap();
        assert!(bed.notices(&owner).await.is_empty());
        bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &elsewhere, SessionKind::Browser).await.unwrap();
        bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &elsewhere, SessionKind::Browser).await.unwrap();
        assert_eq!(bed.notices(&owner).await, ["New sign-in from a device not seen before"]);
    }

    async fn an_end_is_told_thirty_seven_and_one_day_before_and_once_each(bed: TestDomain) {
        let owner = bed.owner().await;
        bed.token(&owner, NewToken { expires: Some(bed.now() + TimeDelta::days(60)), ..new_token("t", &[STOP]) }).await;
        let mut told = Vec::new();
        for day in 0..62 {
            bed.keyrack.notices.tell_expiries().await.unwrap();
            bed.keyrack.notices.tell_expiries().await.unwrap();
            let expiries = bed.notices(&owner).await.into_iter().filter(|title| title.contains("expires")).count();
            if expiries > told.len() {
                told.push(day);
            }
            bed.pass(1);
        }
        assert_eq!(told, [30, 53, 59]);
    }

    async fn a_token_made_for_three_days_is_told_the_day_before_only(bed: TestDomain) {
        let owner = bed.owner().await;
        bed.token(&owner, NewToken { expires: Some(bed.now() + TimeDelta::days(3)), ..new_token("t", &[STOP]) }).await;
        bed.keyrack.notices.tell_expiries().await.unwrap();
        assert_eq!(bed.notices(&owner).await.len(), 1);
        bed.pass(2);
        bed.keyrack.notices.tell_expiries().await.unwrap();
        assert_eq!(bed.notices(&owner).await[0], "Access token “t” expires in 1 day");
    }

    async fn read_notices_stay_and_count_no_more(bed: TestDomain) {
        let owner = bed.owner().await;
        bed.token(&owner, new_token("t", &[STOP])).await;
        assert_eq!(bed.keyrack.notices.unread(&owner).await.unwrap(), 1);
        let newest = bed.keyrack.notices.list(&owner).await.unwrap()[0].id;
        bed.keyrack.notices.read(&owner, newest).await.unwrap();
        assert_eq!(bed.keyrack.notices.unread(&owner).await.unwrap(), 0);
        assert!(bed.keyrack.notices.list(&owner).await.unwrap()[0].read);
    }

    async fn notices_are_seen_and_read_by_who_they_are_for(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        for _ in 0..2 {
            bed.token(&owner, new_token("t", &[STOP])).await;
        }
        let (keyrack, all) = (&bed.keyrack, bed.keyrack.notices.list(&owner).await.unwrap());
        assert!(bed.notices(&manager).await.is_empty());
        assert_eq!(keyrack.notices.unread(&manager).await.unwrap(), 0);
        keyrack.notices.read(&manager, all[0].id).await.unwrap();
        assert_eq!(keyrack.notices.unread(&owner).await.unwrap(), 2, "nobody reads for somebody else");
        keyrack.notices.read(&owner, all[1].id).await.unwrap();
        let read: Vec<_> = keyrack.notices.list(&owner).await.unwrap().iter().map(|notice| notice.read).collect();
        assert_eq!(read, [false, true], "what came later was not seen yet");
    }

    async fn who_owns_a_token_is_told_when_somebody_else_renews_it(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let made = bed.token(&owner, NewToken { shared: true, ..new_token("Deploy", &[STOP]) }).await;
        let confirmed = bed.confirmed(&manager).await;
        bed.keyrack.tokens.regenerate(&confirmed, made.token.id, None, Renewal::KeepDate).await.unwrap();
        assert_eq!(bed.notices(&owner).await[0], "Access token “Deploy” has a new value");
        assert!(bed.notices(&manager).await.is_empty());
    }
}
