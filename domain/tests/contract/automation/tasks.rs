//! Tasks: whose rights a run has, and whose claim counts.

use std::collections::HashMap;

use chrono::TimeDelta;
use keyrack_domain::Error;
use keyrack_domain::scheduler::NewTask;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::members::TokenDisposition;

use crate::owners::shared;
use crate::test_domain::{GET, STOP, TestDomain, client, on_both};

fn each_minute() -> NewTask {
    NewTask { schedule: "* * * * *".into(), method: GET.into(), params: None, description: String::new() }
}

on_both! {
    async fn who_left_the_account_has_no_rights_there_although_they_have_elsewhere(bed: TestDomain) {
        let (owner, stranger) = (bed.owner().await, bed.stranger().await);
        let confirmed = bed.confirmed(&owner).await;
        let invitation = bed.keyrack.members.invite(&confirmed, "stranger@example.net", Role::Manager).await.unwrap();
        let joined = bed.keyrack.members.accept_as_user(&stranger, &client(), invitation.secret.as_str()).await.unwrap();
        let made = bed.keyrack.scheduler.create(&joined.caller, &client(), None, each_minute()).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(1));
        let (task, caller) = bed.keyrack.scheduler.claim_due().await.unwrap().remove(0);
        assert_eq!((caller.unwrap().account, task.id), (owner.account, made.id));
        bed.keyrack.scheduler.finish(&task, 0, None).await.unwrap();
        bed.keyrack.members.remove(&confirmed, joined.caller.user.0, &HashMap::new()).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(1));
        let (_, caller) = bed.keyrack.scheduler.claim_due().await.unwrap().remove(0);
        assert!(matches!(caller, Err(Error::Forbidden(_))), "{caller:?}");
    }

    async fn who_is_switched_off_has_no_rights(bed: TestDomain) {
        let owner = bed.owner().await;
        bed.keyrack.scheduler.create(&owner, &client(), None, each_minute()).await.unwrap();
        bed.execute("UPDATE users SET enabled = 0").await.unwrap();
        bed.clock.advance(TimeDelta::minutes(1));
        let (_, caller) = bed.keyrack.scheduler.claim_due().await.unwrap().remove(0);
        assert!(matches!(caller, Err(Error::Forbidden(_))), "{caller:?}");
    }

    async fn a_server_that_was_held_up_takes_nothing_from_the_one_that_followed(bed: TestDomain) {
        let (keyrack, other, owner) = (bed.keyrack.clone(), bed.again().await, bed.owner().await);
        keyrack.scheduler.create(&owner, &client(), None, each_minute()).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(1));
        let (mut lost, _) = keyrack.scheduler.claim_due().await.unwrap().remove(0);
        bed.clock.advance(TimeDelta::seconds(90));
        let (task, _) = other.scheduler.claim_due().await.unwrap().remove(0);
        bed.clock.advance(TimeDelta::seconds(10));
        keyrack.scheduler.renew(&mut lost).await.unwrap();
        keyrack.scheduler.finish(&lost, 11, Some("too late")).await.unwrap();
        assert_eq!(keyrack.scheduler.list(&owner).await.unwrap()[0].last_run, None, "the other one still runs it");
        other.scheduler.finish(&task, 0, None).await.unwrap();
        let run = keyrack.scheduler.list(&owner).await.unwrap().remove(0).last_run;
        assert_eq!(run.map(|run| run.result), Some(0));
    }

    async fn what_was_changed_during_a_run_stays_as_it_was_changed(bed: TestDomain) {
        let (keyrack, owner) = (bed.keyrack.clone(), bed.owner().await);
        let made = keyrack.scheduler.create(&owner, &client(), None, each_minute()).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(1));
        let (task, _) = keyrack.scheduler.claim_due().await.unwrap().remove(0);
        let daily = NewTask { schedule: "0 3 * * *".into(), ..each_minute() };
        let edited = keyrack.scheduler.edit(&owner, &client(), made.id, daily).await.unwrap();
        keyrack.scheduler.finish(&task, 0, None).await.unwrap();
        let after = keyrack.scheduler.list(&owner).await.unwrap().remove(0);
        assert_eq!((after.next_run, after.last_run.is_some()), (edited.next_run, true));
    }

    async fn a_run_that_was_begun_three_times_and_never_ended_is_given_up_and_told(bed: TestDomain) {
        let (mut keyrack, owner) = (bed.keyrack.clone(), bed.owner().await);
        let made = keyrack.scheduler.create(&owner, &client(), None, each_minute()).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(1));
        for beginning in 1..=3 {
            assert_eq!(keyrack.scheduler.claim_due().await.unwrap().len(), 1, "{beginning}");
            // The server ends here, and another run of it takes over once the claim has run out.
            bed.clock.advance(TimeDelta::seconds(61));
            keyrack = bed.again().await;
        }
        assert!(keyrack.scheduler.claim_due().await.unwrap().is_empty());
        let task = keyrack.scheduler.list(&owner).await.unwrap().remove(0);
        let run = task.last_run.unwrap();
        assert_eq!((run.result, task.next_run), (99, None));
        assert!(run.error.unwrap().contains("the server ended 3 times"));
        let notices = bed.notices(&owner).await;
        let told = notices.iter().filter(|notice| notice.contains(&format!("task {} does not run any more", made.id)));
        assert_eq!(told.count(), 1, "{notices:?}");
        let audit = bed.audit().await;
        assert_eq!(audit.iter().filter(|entry| entry.1 == "task.run" && entry.3.starts_with("refused")).count(), 1, "{audit:?}");
        bed.clock.advance(TimeDelta::days(1));
        assert!(keyrack.scheduler.claim_due().await.unwrap().is_empty(), "no fourth time");
        keyrack.scheduler.edit(&owner, &client(), made.id, each_minute()).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(1));
        assert_eq!(keyrack.scheduler.claim_due().await.unwrap().len(), 1, "whoever edits it lets it run again");
    }

    async fn a_run_that_ends_begins_to_count_anew(bed: TestDomain) {
        let (keyrack, owner) = (bed.keyrack.clone(), bed.owner().await);
        keyrack.scheduler.create(&owner, &client(), None, each_minute()).await.unwrap();
        for _ in 0..5 {
            bed.clock.advance(TimeDelta::minutes(1));
            assert_eq!(keyrack.scheduler.claim_due().await.unwrap().len(), 1);
            bed.clock.advance(TimeDelta::seconds(61));
            let (task, _) = keyrack.scheduler.claim_due().await.unwrap().remove(0);
            keyrack.scheduler.finish(&task, 0, None).await.unwrap();
        }
    }

    async fn tasks_go_with_who_made_the_secret_that_they_were_made_with(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let made = bed.token(&manager, shared("t", &[STOP])).await;
        let caller = bed.keyrack.accounts.authenticate(&made.secret).await.unwrap();
        bed.keyrack.scheduler.create(&caller, &client(), None, NewTask { method: STOP.into(), ..each_minute() }).await.unwrap();
        let due = async || {
            bed.clock.advance(TimeDelta::minutes(2));
            let mut due = bed.keyrack.scheduler.claim_due().await.unwrap();
            assert_eq!(due.len(), 1);
            let (task, caller) = due.remove(0);
            bed.keyrack.scheduler.finish(&task, 0, None).await.unwrap();
            caller.map(|caller| caller.user).map_err(|error| error.to_string())
        };
        assert_eq!(due().await, Ok(manager.user));
        let dispositions = HashMap::from([(made.token.id, TokenDisposition::KeepShared)]);
        bed.keyrack.members.remove(&bed.confirmed(&owner).await, manager.user.0, &dispositions).await.unwrap();
        assert!(bed.may_call(&made.secret, STOP).await.unwrap(), "the token was kept");
        assert!(due().await.unwrap_err().contains("no member of the account any more"));
    }

    async fn of_two_servers_one_claims_a_task(bed: TestDomain) {
        let (keyrack, other, owner) = (bed.keyrack.clone(), bed.again().await, bed.owner().await);
        let new = NewTask {
            schedule: "* * * * *".into(),
            method: STOP.into(),
            params: Some(r#"{"envName":"a","n":1}"#.into()),
            description: String::new(),
        };
        let task = keyrack.scheduler.create(&owner, &client(), None, new).await.unwrap();
        bed.clock.advance(TimeDelta::minutes(1));
        let (one, two) = tokio::join!(keyrack.scheduler.claim_due(), other.scheduler.claim_due());
        let mut claimed: Vec<_> = one.unwrap().into_iter().chain(two.unwrap()).collect();
        assert_eq!(claimed.len(), 1, "one of them");
        let (mut claim, caller) = claimed.remove(0);
        assert_eq!(caller.unwrap().email, owner.email);
        assert_eq!(claim.params, [("envName".to_owned(), "a".to_owned()), ("n".to_owned(), "1".to_owned())]);
        bed.clock.advance(TimeDelta::seconds(50));
        keyrack.scheduler.renew(&mut claim).await.unwrap();
        bed.clock.advance(TimeDelta::seconds(50));
        assert!(other.scheduler.claim_due().await.unwrap().is_empty(), "it still runs there");
        keyrack.scheduler.finish(&claim, 11, Some("there is no environment")).await.unwrap();
        let after = keyrack.scheduler.list(&owner).await.unwrap().remove(0);
        assert_eq!((after.id, after.last_run.map(|run| run.result)), (task.id, Some(11)));
        assert!(after.next_run > Some(bed.now()), "what came due meanwhile is not made up for");
        keyrack.scheduler.delete(&owner, &client(), &[task.id]).await.unwrap();
    }
}
