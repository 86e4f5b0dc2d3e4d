//! What was confirmed holds until the change is made, or the change is not made.

use std::collections::HashMap;

use keyrack_domain::tokens::{Renewal, TokenChange};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::{Error, Result};

use crate::test_domain::{GET, TestDomain, new_token, on_both};

fn refused<T>(what: &str, result: Result<T>) {
    assert!(matches!(result.as_ref().err(), Some(Error::WrongPassword { .. })), "{what}: {:?}", result.err());
}

on_both! {
    async fn a_password_reset_after_the_confirmation_refuses_every_change(bed: TestDomain) {
        let owner = bed.owner().await;
        let member = bed.member("member@example.org", Role::Viewer).await.user.0;
        let made = bed.token(&owner, new_token("t", &[GET])).await;
        let confirmed = bed.confirmed(&owner).await;
        bed.keyrack.accounts.reset_password("owner@example.org", "another long password").await.unwrap();
        let entries = bed.audit().await.len();

        let (id, tokens) = (made.token.id, &bed.keyrack.tokens);
        refused("create", tokens.create(&confirmed, &new_token("u", &[GET])).await);
        let change = TokenChange { description: Some("other".into()), ..TokenChange::default() };
        refused("edit", tokens.edit(&confirmed, id, None, &change).await);
        refused("regenerate", tokens.regenerate(&confirmed, id, None, Renewal::KeepDate).await);
        refused("remove", tokens.remove(&confirmed, &[id]).await);

        let members = &bed.keyrack.members;
        refused("invite", members.invite(&confirmed, "new@example.org", Role::Viewer).await);
        refused("change role", members.change_role(&confirmed, member, Role::Manager).await);
        refused("remove member", members.remove(&confirmed, member, &HashMap::new()).await);
        refused("leave", members.leave(&confirmed, owner.account.0, true).await);

        let factors = &bed.keyrack.second_factor;
        refused("begin one-time codes", factors.begin_totp(&confirmed).await);
        refused("disable one-time codes", factors.disable_totp(&confirmed).await);
        refused("remove passkey", factors.remove_passkey(&confirmed, 1).await);
        refused("ask always", factors.ask_second_factor_always(&confirmed, true).await);
        refused("recovery codes", factors.regenerate_recovery_codes(&confirmed).await);
        let password = bed.keyrack.accounts.change_password(&confirmed, "x", "orbit-lantern-cactus-42").await;
        refused("change password", password);

        assert_eq!(bed.audit().await.len(), entries, "nothing was done");
        assert!(bed.may_call(&made.secret, GET).await.unwrap(), "the token is as it was");
    }
}
