//! Whose rights a token has when others than its owner change it, and what is left of a secret when whoever made it goes.

use std::collections::HashMap;

use chrono::TimeDelta;
use keyrack_domain::accounts::SessionKind;
use keyrack_domain::tokens::{Expiry, NewToken, Renewal, Scope, TokenChange};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::members::TokenDisposition;
use keyrack_domain::types::methods::ApiSet;

use crate::test_domain::{GET, STOP, TestDomain, client, new_token, on_both};

pub fn shared(description: &str, methods: &[&str]) -> NewToken {
    NewToken { shared: true, ..new_token(description, methods) }
}

fn scope(methods: &[&str]) -> TokenChange {
    let methods = methods.iter().map(ToString::to_string).collect();
    TokenChange { scope: Some(Scope::Methods(methods)), ..TokenChange::default() }
}

fn extended() -> TokenChange {
    TokenChange { scope: Some(Scope::Set(ApiSet::ExtendedAccess)), ..TokenChange::default() }
}

on_both! {
    async fn who_widens_a_token_or_makes_its_secret_is_its_owner(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let later = TokenChange { expires: Expiry::Never, ..TokenChange::default() };
        for (what, change) in
            [("more methods", scope(&[STOP, GET])), ("Extended Access", extended()), ("a later date", later)]
        {
            let end = bed.now() + TimeDelta::days(30);
            let made = bed.token(&owner, NewToken { expires: Some(end), ..shared(what, &[STOP]) }).await;
            assert_eq!(bed.keyrack.accounts.authenticate(&made.secret).await.unwrap().user, owner.user);
            let confirmed = bed.confirmed(&manager).await;
            let edited = bed.keyrack.tokens.edit(&confirmed, made.token.id, None, &change).await.unwrap();
            assert_eq!(edited.owner, "manager@example.org", "{what}");
            let caller = bed.keyrack.accounts.authenticate(&made.secret).await.unwrap();
            assert_eq!((caller.user, caller.role), (manager.user, Role::Manager), "{what}");
            assert_eq!(bed.notices(&owner).await[0], format!("Access token “{what}” has another owner"));
            let renewed = bed.keyrack.tokens.regenerate(&confirmed, made.token.id, None, Renewal::KeepDate).await.unwrap();
            assert_eq!(bed.keyrack.accounts.authenticate(&renewed.secret).await.unwrap().user, manager.user);
            if what == "Extended Access" {
                let opened = bed.keyrack.accounts.sign_in_with_token(&renewed.secret, &client(), SessionKind::Browser).await.unwrap();
                assert_eq!(opened.caller.user, manager.user);
            }
            bed.keyrack.tokens.remove(&confirmed, &[made.token.id]).await.unwrap();
        }
        let made = bed.token(&owner, shared("renewed", &[STOP])).await;
        let confirmed = bed.confirmed(&manager).await;
        let renewed = bed.keyrack.tokens.regenerate(&confirmed, made.token.id, None, Renewal::KeepDate).await.unwrap();
        let caller = bed.keyrack.accounts.authenticate(&renewed.secret).await.unwrap();
        assert_eq!((caller.user, caller.role, renewed.token.owner.as_str()), (manager.user, Role::Manager, "manager@example.org"));
        assert_eq!(bed.notices(&owner).await[0], "Access token “renewed” has a new value");
    }

    async fn who_narrows_or_names_a_token_leaves_it_to_its_owner(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let made = bed.token(&owner, shared("t", &[STOP, GET])).await;
        let confirmed = bed.confirmed(&manager).await;
        let sooner = TokenChange { expires: Expiry::At(bed.now() + TimeDelta::days(1)), ..TokenChange::default() };
        let named = TokenChange { description: Some("another".into()), ..TokenChange::default() };
        for change in [scope(&[GET]), sooner, named] {
            let edited = bed.keyrack.tokens.edit(&confirmed, made.token.id, None, &change).await.unwrap();
            assert_eq!(edited.owner, "owner@example.org");
        }
        assert_eq!(bed.keyrack.accounts.authenticate(&made.secret).await.unwrap().user, owner.user);
    }

    async fn a_secret_gives_nobody_more_than_who_made_it_has(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let made = bed.token(&manager, shared("t", &[STOP])).await;
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
        let confirmed = bed.confirmed(&owner).await;
        bed.keyrack.tokens.edit(&confirmed, made.token.id, None, &extended()).await.unwrap();
        assert!(bed.keyrack.accounts.authenticate(&made.secret).await.is_err(), "the manager knows this value");
        assert!(bed.keyrack.accounts.sign_in_with_token(&made.secret, &client(), SessionKind::Api).await.is_err());
        let renewed = bed.keyrack.tokens.regenerate(&confirmed, made.token.id, None, Renewal::KeepDate).await.unwrap();
        assert_eq!(bed.keyrack.accounts.authenticate(&renewed.secret).await.unwrap().user, owner.user);
    }

    async fn a_sign_in_ends_when_its_token_passes_to_another_owner(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let end = bed.now() + TimeDelta::days(30);
        let new = NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), expires: Some(end), ..shared("t", &[]) };
        let made = bed.token(&owner, new).await;
        let session = bed.keyrack.accounts.sign_in_with_token(&made.secret, &client(), SessionKind::Browser).await.unwrap().session;
        assert!(bed.keyrack.accounts.caller_of_session(session.as_str()).await.is_ok());
        let later = TokenChange { expires: Expiry::Never, ..TokenChange::default() };
        bed.keyrack.tokens.edit(&bed.confirmed(&manager).await, made.token.id, None, &later).await.unwrap();
        assert!(bed.keyrack.accounts.caller_of_session(session.as_str()).await.is_err());
    }

    async fn a_lowered_role_lowers_the_secrets_that_were_made_of_others_tokens(bed: TestDomain) {
        let owner = bed.owner().await;
        let second = bed.member("second@example.org", Role::Owner).await;
        let made = bed.token(&second, shared("t", &[STOP])).await;
        let wider = scope(&[STOP, GET]);
        bed.keyrack.tokens.edit(&bed.confirmed(&owner).await, made.token.id, None, &wider).await.unwrap();
        assert_eq!(bed.keyrack.accounts.authenticate(&made.secret).await.unwrap().user, owner.user);
        bed.keyrack.members.change_role(&bed.confirmed(&owner).await, second.user.0, Role::Manager).await.unwrap();
        assert!(bed.keyrack.accounts.authenticate(&made.secret).await.is_err());
    }

    async fn secrets_that_a_member_made_of_others_tokens_end_with_the_membership(bed: TestDomain) {
        let owner = bed.owner().await;
        for leaves in [false, true] {
            let name = format!("leaver{leaves}@example.org");
            let leaver = bed.member(&name, Role::Owner).await;
            let taken = bed.token(&leaver, shared("taken", &[STOP])).await;
            bed.keyrack.tokens.edit(&bed.confirmed(&owner).await, taken.token.id, None, &scope(&[STOP, GET])).await.unwrap();
            assert!(bed.may_call(&taken.secret, STOP).await.unwrap());
            if leaves {
                bed.keyrack.members.leave(&bed.confirmed(&leaver).await, owner.account.0, false).await.unwrap();
            } else {
                bed.keyrack.members.remove(&bed.confirmed(&owner).await, leaver.user.0, &HashMap::new()).await.unwrap();
            }
            assert!(bed.keyrack.accounts.authenticate(&taken.secret).await.is_err());
            assert_eq!(bed.notices(&owner).await[0], "Access token “taken” needs a new value");
            bed.execute(&format!("INSERT INTO memberships (account_id, user_id, role, created_at) VALUES ({}, {}, 'owner', 0)", owner.account, leaver.user)).await.unwrap();
            bed.keyrack.core.forget_callers();
            assert!(bed.keyrack.accounts.authenticate(&taken.secret).await.is_err(), "who comes back does not bring it back");
            let confirmed = bed.confirmed(&owner).await;
            let renewed = bed.keyrack.tokens.regenerate(&confirmed, taken.token.id, None, Renewal::KeepDate).await.unwrap();
            assert!(bed.may_call(&renewed.secret, STOP).await.unwrap());
        }
        assert!(bed.keyrack.audit.verify().await.unwrap().is_ok());
    }

    async fn a_secret_that_the_remover_renews_is_the_removers(bed: TestDomain) {
        let owner = bed.owner().await;
        let third = bed.member("third@example.org", Role::Owner).await;
        let leaver = bed.member("leaver@example.org", Role::Owner).await;
        let taken = bed.token(&leaver, shared("taken", &[STOP])).await;
        bed.keyrack.tokens.edit(&bed.confirmed(&third).await, taken.token.id, None, &scope(&[STOP, GET])).await.unwrap();
        let dispositions = HashMap::from([(taken.token.id, TokenDisposition::Transfer)]);
        let new = bed.keyrack.members.remove(&bed.confirmed(&owner).await, leaver.user.0, &dispositions).await.unwrap();
        assert!(bed.keyrack.accounts.authenticate(&taken.secret).await.is_err());
        assert_eq!(bed.keyrack.accounts.authenticate(&new[0].secret).await.unwrap().user, owner.user);
        assert_eq!(bed.notices(&third).await[0], "Access token “taken” has a new value");
    }

    async fn a_token_that_is_kept_opens_what_it_opened_and_no_more(bed: TestDomain) {
        let owner = bed.owner().await;
        let member = bed.member("viewer@example.org", Role::Manager).await;
        let plain = bed.token(&member, new_token("plain", &[STOP, GET])).await;
        let new = NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), ..new_token("signs in", &[]) };
        let signs_in = bed.token(&member, new).await;
        bed.keyrack.members.change_role(&bed.confirmed(&owner).await, member.user.0, Role::Viewer).await.unwrap();
        let mut dispositions =
            HashMap::from([(plain.token.id, TokenDisposition::KeepShared), (signs_in.token.id, TokenDisposition::KeepShared)]);
        let confirmed = bed.confirmed(&owner).await;
        let error = bed.keyrack.members.remove(&confirmed, member.user.0, &dispositions).await.unwrap_err();
        assert!(error.to_string().contains("signs in as its owner"), "{error}");
        dispositions.insert(signs_in.token.id, TokenDisposition::Revoke);
        bed.keyrack.members.remove(&confirmed, member.user.0, &dispositions).await.unwrap();
        assert!(bed.may_call(&plain.secret, GET).await.unwrap());
        assert!(!bed.may_call(&plain.secret, STOP).await.unwrap());
    }

    async fn a_token_of_the_former_schema_belongs_to_who_made_its_secret(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let own = bed.token(&owner, shared("own", &[STOP])).await;
        let taken = bed.token(&owner, shared("taken", &[STOP])).await;
        let gone = bed.token(&owner, shared("gone", &[STOP])).await;
        let renew = async |id| {
            let confirmed = bed.confirmed(&manager).await;
            bed.keyrack.tokens.regenerate(&confirmed, id, None, Renewal::KeepDate).await.unwrap().secret
        };
        let taken_secret = renew(taken.token.id).await;
        let gone_secret = renew(gone.token.id).await;
        // As the version before left it: the owner's, whoever made the secret; and of one that somebody made who is gone by now.
        bed.execute(&format!("UPDATE tokens SET owner_id = {}, secret_by = NULL", owner.user)).await.unwrap();
        let sql = |dialect: &str| std::fs::read_to_string(format!("{}/../crates/core/migrations/{dialect}/0012_records.sql", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let text = sql(if bed.url.starts_with("sqlite:") { "sqlite" } else { "postgres" });
        let from = text.find("UPDATE tokens SET secret_by").unwrap();
        bed.execute(&text[from..]).await.unwrap();
        bed.keyrack.core.forget_callers();
        assert_eq!(bed.keyrack.accounts.authenticate(&own.secret).await.unwrap().user, owner.user);
        assert_eq!(bed.keyrack.accounts.authenticate(&taken_secret).await.unwrap().user, manager.user);
        assert!(bed.notices(&owner).await.contains(&"Access token “taken” has another owner".to_owned()));
        bed.execute(&format!("UPDATE tokens SET owner_id = {} WHERE id = {}", owner.user, gone.token.id)).await.unwrap();
        bed.execute(&format!("UPDATE token_secrets SET made_by = 4711 WHERE token_id = {}", gone.token.id)).await.unwrap();
        bed.keyrack.core.forget_callers();
        assert!(bed.keyrack.accounts.authenticate(&gone_secret).await.is_err());
    }
}
