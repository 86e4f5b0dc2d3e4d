//! Invitations, roles, removal, several accounts.

use std::collections::HashMap;

use keyrack_domain::Error;
use keyrack_domain::accounts::{Confirmation, SessionKind};
use keyrack_domain::field::{self, Field};
use keyrack_domain::tokens::{NewToken, Scope};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::members::TokenDisposition;
use keyrack_domain::types::methods::ApiSet;

use crate::test_domain::{GET, PASSWORD, STOP, TestDomain, client, new_token, on_both};

const STRONG: &str = "orbit-lantern-cactus-42";

on_both! {
    async fn an_invitation_works_once_for_a_new_user(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let invitation = bed.keyrack.members.invite(&confirmed, "New@Example.org", Role::Manager).await.unwrap();
        let offer = bed.keyrack.members.invitation(invitation.secret.as_str()).await.unwrap();
        assert_eq!((offer.email.as_str(), offer.role, offer.known_user), ("new@example.org", Role::Manager, false));
        let weak = bed.keyrack.members.accept_as_new_user(invitation.secret.as_str(), "New", "passwordpassword", &client()).await;
        assert!(matches!(weak, Err(Error::Invalid { field: Field::Account(field::Account::NewPassword), .. })));
        let joined = bed.keyrack.members.accept_as_new_user(invitation.secret.as_str(), "New", STRONG, &client()).await.unwrap();
        assert_eq!((joined.caller.account, joined.caller.role), (owner.account, Role::Manager));
        let again = bed.keyrack.members.accept_as_new_user(invitation.secret.as_str(), "New", STRONG, &client()).await;
        assert!(matches!(again, Err(Error::NotFound(_))));
        let members = bed.keyrack.members.list(&owner).await.unwrap();
        assert_eq!(members.members.iter().map(|m| m.email.as_str()).collect::<Vec<_>>(), ["new@example.org", "owner@example.org"]);
        assert!(members.invitations.is_empty());
    }

    async fn a_new_member_comes_with_a_name_that_reads_as_what_it_is(bed: TestDomain) {
        let owner = bed.owner().await;
        let invitation = bed.keyrack.members.invite(&bed.confirmed(&owner).await, "new@example.org", Role::Viewer).await.unwrap();
        for name in ["", " ", "a\u{0}b", "a\nb", "\u{202e}nimda", &"x".repeat(101)] {
            let refused = bed.keyrack.members.accept_as_new_user(invitation.secret.as_str(), name, STRONG, &client()).await;
            assert!(matches!(refused, Err(Error::Invalid { field: Field::Account(field::Account::Name), .. })), "{name:?}");
        }
        assert!(bed.keyrack.members.accept_as_new_user(invitation.secret.as_str(), " Ada ", STRONG, &client()).await.is_ok());
    }

    async fn an_invitation_expires_is_withdrawn_and_is_replaced(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let first = bed.keyrack.members.invite(&confirmed, "new@example.org", Role::Viewer).await.unwrap();
        let second = bed.keyrack.members.invite(&confirmed, "new@example.org", Role::Viewer).await.unwrap();
        assert!(bed.keyrack.members.invitation(first.secret.as_str()).await.is_err());
        assert!(bed.keyrack.members.invitation(second.secret.as_str()).await.is_ok());
        bed.pass(8);
        assert!(bed.keyrack.members.invitation(second.secret.as_str()).await.is_err());
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let third = bed.keyrack.members.invite(&confirmed, "new@example.org", Role::Viewer).await.unwrap();
        bed.keyrack.members.withdraw_invitation(&owner, &client(), third.id).await.unwrap();
        assert!(bed.keyrack.members.invitation(third.secret.as_str()).await.is_err());
    }

    async fn a_known_user_accepts_signed_in_and_only_the_invited_one(bed: TestDomain) {
        let owner = bed.owner().await;
        let stranger = bed.stranger().await;
        let confirmed = bed.confirmed(&owner).await;
        let invitation = bed.keyrack.members.invite(&confirmed, "stranger@example.net", Role::Viewer).await.unwrap();
        assert!(bed.keyrack.members.invitation(invitation.secret.as_str()).await.unwrap().known_user);
        let wrong = bed.keyrack.members.accept_as_user(&owner, &client(), invitation.secret.as_str()).await;
        assert!(matches!(wrong, Err(Error::Forbidden(_))));
        let joined = bed.keyrack.members.accept_as_user(&stranger, &client(), invitation.secret.as_str()).await.unwrap();
        assert_eq!((joined.caller.account, joined.caller.role), (owner.account, Role::Viewer));
        let choices = bed.keyrack.members.accounts_of(&joined.caller).await.unwrap();
        assert_eq!(choices.iter().filter(|choice| choice.current).map(|choice| choice.id).collect::<Vec<_>>(), [owner.account.0]);
        assert_eq!(choices.len(), 2);
        let back = bed.keyrack.members.switch_account(&joined.caller, &client(), stranger.account.0).await.unwrap();
        assert_eq!((back.caller.account, back.caller.role), (stranger.account, Role::Owner));
        assert!(matches!(bed.keyrack.members.switch_account(&owner, &client(), stranger.account.0).await, Err(Error::NotFound(_))));
    }

    async fn only_owners_manage_members(bed: TestDomain) {
        bed.owner().await;
        for role in [Role::Manager, Role::Viewer] {
            let member = bed.member(&format!("{}@example.org", role.name()), role).await;
            let confirmed = bed.confirmed(&member).await;
            assert!(matches!(bed.keyrack.members.invite(&confirmed, "x@example.org", Role::Owner).await, Err(Error::Forbidden(_))));
            assert!(matches!(bed.keyrack.members.change_role(&confirmed, member.user.0, Role::Owner).await, Err(Error::Forbidden(_))));
            assert!(matches!(bed.keyrack.members.remove(&confirmed, 1, &HashMap::new()).await, Err(Error::Forbidden(_))));
            assert!(matches!(bed.keyrack.members.tokens_of_member(&member, 1).await, Err(Error::Forbidden(_))));
            assert!(!bed.keyrack.members.list(&member).await.unwrap().may_manage);
        }
    }

    async fn another_account_cannot_touch_members(bed: TestDomain) {
        let owner = bed.owner().await;
        let stranger = bed.stranger().await;
        let confirmed = bed.confirmed(&stranger).await;
        assert!(matches!(bed.keyrack.members.change_role(&confirmed, owner.user.0, Role::Viewer).await, Err(Error::NotFound(_))));
        assert!(matches!(bed.keyrack.members.remove(&confirmed, owner.user.0, &HashMap::new()).await, Err(Error::NotFound(_))));
    }

    async fn an_account_keeps_an_owner(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let error = bed.keyrack.members.change_role(&confirmed, owner.user.0, Role::Viewer).await.unwrap_err();
        assert!(matches!(error, Error::Forbidden(_)), "{error}");
        assert!(matches!(bed.keyrack.members.remove(&confirmed, owner.user.0, &HashMap::new()).await, Err(Error::Forbidden(_))));
    }

    async fn a_lowered_role_decides_the_next_call_of_tokens_and_sessions(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let session = bed.sign_in("manager@example.org", SessionKind::Browser).await;
        let made = bed.token(&manager, new_token("t", &[STOP, GET])).await;
        assert!(bed.may_call(&made.secret, STOP).await.unwrap());
        let confirmed = bed.confirmed(&owner).await;
        bed.keyrack.members.change_role(&confirmed, manager.user.0, Role::Viewer).await.unwrap();
        assert!(!bed.may_call(&made.secret, STOP).await.unwrap());
        assert!(bed.may_call(&made.secret, GET).await.unwrap());
        assert_eq!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.unwrap().role, Role::Viewer);
    }

    async fn removing_a_member_settles_each_token(bed: TestDomain) {
        let owner = bed.owner().await;
        let manager = bed.member("manager@example.org", Role::Manager).await;
        let session = bed.sign_in("manager@example.org", SessionKind::Browser).await;
        let give = bed.token(&manager, new_token("give", &[STOP])).await;
        let keep = bed.token(&manager, NewToken { shared: false, ..new_token("keep", &[STOP]) }).await;
        let drop = bed.token(&manager, new_token("drop", &[STOP])).await;
        for secret in [&give.secret, &keep.secret, &drop.secret] {
            assert!(bed.may_call(secret, STOP).await.unwrap());
        }
        let confirmed = bed.confirmed(&owner).await;
        assert_eq!(bed.keyrack.members.tokens_of_member(&owner, manager.user.0).await.unwrap().len(), 3);
        let mut dispositions = HashMap::from([(give.token.id, TokenDisposition::Transfer), (keep.token.id, TokenDisposition::KeepShared)]);
        let error = bed.keyrack.members.remove(&confirmed, manager.user.0, &dispositions).await.unwrap_err();
        assert!(error.to_string().contains("drop"), "{error}");
        assert!(bed.may_call(&give.secret, STOP).await.unwrap());

        dispositions.insert(drop.token.id, TokenDisposition::Revoke);
        let new = bed.keyrack.members.remove(&confirmed, manager.user.0, &dispositions).await.unwrap();
        assert_eq!(new.len(), 1);
        assert!(bed.may_call(&new[0].secret, STOP).await.unwrap());
        assert!(bed.may_call(&give.secret, STOP).await.is_err());
        assert!(bed.may_call(&keep.secret, STOP).await.unwrap());
        assert!(bed.may_call(&drop.secret, STOP).await.is_err());
        assert!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.is_err());
        let list = bed.keyrack.tokens.list(&owner).await.unwrap();
        let owned: Vec<_> = list.tokens.iter().map(|token| (token.description.as_str(), token.mine, token.shared)).collect();
        assert_eq!(owned, [("give", true, false), ("keep", true, true)]);
        assert_eq!(bed.keyrack.audit.verify().await.unwrap().map(|_| ()), Ok(()));
    }

    async fn changing_the_password_ends_the_other_sessions(bed: TestDomain) {
        let other = bed.sign_in("owner@example.org", SessionKind::Browser).await;
        let api = bed.sign_in("owner@example.org", SessionKind::Api).await;
        let session = bed.sign_in("owner@example.org", SessionKind::Browser).await;
        let confirmed = bed.keyrack.accounts.confirm(&session.caller, &client(), &Confirmation::password(PASSWORD)).await.unwrap();
        for weak in ["short", "aaaaaaaaaaaaaa", "owner@example.org", PASSWORD] {
            let error = bed.keyrack.accounts.change_password(&confirmed, PASSWORD, weak).await.unwrap_err();
            assert!(matches!(error, Error::Invalid { field: Field::Account(field::Account::NewPassword), .. }), "{weak}: {error}");
        }
        bed.keyrack.accounts.change_password(&confirmed, PASSWORD, STRONG).await.unwrap();
        assert!(bed.keyrack.accounts.caller_of_session(other.session.as_str()).await.is_err());
        assert!(bed.keyrack.accounts.authenticate(api.session.as_str()).await.is_err());
        assert!(bed.keyrack.accounts.caller_of_session(confirmed.new_session().unwrap()).await.is_ok());
        assert!(bed.keyrack.accounts.sign_in("owner@example.org", PASSWORD, &client(), SessionKind::Api).await.is_err());
        assert!(bed.keyrack.accounts.sign_in("owner@example.org", STRONG, &client(), SessionKind::Api).await.is_ok());
    }

    async fn an_operator_resets_a_password_and_every_session_ends(bed: TestDomain) {
        let session = bed.sign_in("owner@example.org", SessionKind::Browser).await;
        bed.keyrack.accounts.reset_password("Owner@example.org", STRONG).await.unwrap();
        assert!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.is_err());
        assert!(matches!(bed.keyrack.accounts.reset_password("ghost@example.org", STRONG).await, Err(Error::NotFound(_))));
    }

    async fn of_two_owners_who_lower_each_other_one_stays(bed: TestDomain) {
        let owner = bed.owner().await;
        let second = bed.member("second@example.org", Role::Owner).await;
        let (one, two) = (bed.confirmed(&owner).await, bed.confirmed(&second).await);
        let (a, b) = tokio::join!(
            bed.keyrack.members.change_role(&one, second.user.0, Role::Viewer),
            bed.keyrack.members.change_role(&two, owner.user.0, Role::Viewer),
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        let members = bed.keyrack.members.list(&owner).await.unwrap().members;
        assert_eq!(members.iter().filter(|member| member.role == Role::Owner).count(), 1);
    }

    async fn who_is_no_owner_any_more_changes_no_members_with_a_request_on_its_way(bed: TestDomain) {
        let owner = bed.owner().await;
        let second = bed.member("second@example.org", Role::Owner).await;
        let late = bed.confirmed(&second).await;
        bed.keyrack.members.change_role(&bed.confirmed(&owner).await, second.user.0, Role::Manager).await.unwrap();
        assert!(matches!(bed.keyrack.members.change_role(&late, second.user.0, Role::Owner).await, Err(Error::Forbidden(_))));
        assert!(matches!(bed.keyrack.members.invite(&late, "x@example.org", Role::Owner).await, Err(Error::Forbidden(_))));
        let removed = bed.keyrack.members.remove(&late, owner.user.0, &HashMap::new()).await;
        assert!(matches!(removed, Err(Error::Forbidden(_))), "{removed:?}");
    }

    async fn a_confirmation_has_the_role_of_its_own_moment(bed: TestDomain) {
        let owner = bed.owner().await;
        let second = bed.member("second@example.org", Role::Manager).await;
        bed.keyrack.members.change_role(&bed.confirmed(&owner).await, second.user.0, Role::Viewer).await.unwrap();
        // The caller of before, as a request holds it that waits for its password to be checked.
        let confirmed = bed.confirmed(&second).await;
        let made = bed.keyrack.tokens.create(&confirmed, &new_token("t", &[STOP])).await;
        assert!(matches!(made, Err(Error::Forbidden(_))));
        bed.keyrack.members.remove(&bed.confirmed(&owner).await, second.user.0, &HashMap::new()).await.unwrap();
        let error = bed.keyrack.accounts.confirm(&second, &client(), &Confirmation::password(PASSWORD)).await.unwrap_err();
        assert!(matches!(error, Error::NotAuthenticated(_)), "{error}");
    }

    async fn invitations_of_a_lowered_or_removed_owner_are_taken_back(bed: TestDomain) {
        let owner = bed.owner().await;
        for remove in [false, true] {
            let name = format!("second{}@example.org", u8::from(remove));
            let second = bed.member(&name, Role::Owner).await;
            let confirmed = bed.confirmed(&second).await;
            let way_back = bed.keyrack.members.invite(&confirmed, "back@example.org", Role::Owner).await.unwrap();
            let confirmed = bed.confirmed(&owner).await;
            let kept = bed.keyrack.members.invite(&confirmed, "kept@example.org", Role::Viewer).await.unwrap();
            if remove {
                bed.keyrack.members.remove(&confirmed, second.user.0, &HashMap::new()).await.unwrap();
            } else {
                bed.keyrack.members.change_role(&confirmed, second.user.0, Role::Manager).await.unwrap();
            }
            assert!(bed.keyrack.members.invitation(way_back.secret.as_str()).await.is_err());
            assert!(bed.keyrack.members.invitation(kept.secret.as_str()).await.is_ok());
        }
    }

    async fn the_log_names_members_so_that_people_can_read_it(bed: TestDomain) {
        let owner = bed.owner().await;
        let member = bed.member("bob@example.org", Role::Manager).await;
        let confirmed = bed.confirmed(&owner).await;
        bed.keyrack.members.change_role(&confirmed, member.user.0, Role::Viewer).await.unwrap();
        bed.keyrack.members.remove(&confirmed, member.user.0, &HashMap::new()).await.unwrap();
        let log = bed.audit().await;
        let of = |action: &str| log.iter().find(|entry| entry.1 == action).unwrap_or_else(|| panic!("{action}"));
        let bob = format!("user:{} bob@example.org", member.user);
        assert_eq!((&of("member.role").2, &of("member.remove").2), (&bob, &bob));
        assert!(of("member.role").4.contains(r#""formerRole":"manager""#), "{}", of("member.role").4);
    }

    async fn an_invitation_followed_twice_at_the_same_time_lets_one_in(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let invitation = bed.keyrack.members.invite(&confirmed, "new@example.org", Role::Viewer).await.unwrap();
        let (secret, client) = (invitation.secret.as_str(), client());
        let (a, b) = tokio::join!(
            bed.keyrack.members.accept_as_new_user(secret, "One", STRONG, &client),
            bed.keyrack.members.accept_as_new_user(secret, "Two", STRONG, &client),
        );
        assert!(a.is_ok() != b.is_ok(), "{:?} {:?}", a.err(), b.err());
        assert_eq!(bed.keyrack.members.list(&owner).await.unwrap().members.len(), 2);
    }

    async fn leaving_takes_ones_tokens_and_sessions_along(bed: TestDomain) {
        let owner = bed.owner().await;
        let member = bed.member("bob@example.org", Role::Manager).await;
        let session = bed.sign_in("bob@example.org", SessionKind::Browser).await;
        let made = bed.token(&member, NewToken { shared: true, ..new_token("t", &[STOP]) }).await;
        let confirmed = bed.confirmed(&member).await;
        let account = owner.account.0;
        let silent = bed.keyrack.members.leave(&confirmed, account, false).await.unwrap_err();
        assert!(matches!(silent, Error::Invalid { field: Field::Account(field::Account::MemberTokens), .. }), "{silent}");
        assert!(bed.may_call(&made.secret, STOP).await.unwrap(), "nothing has changed");
        bed.keyrack.members.leave(&confirmed, account, true).await.unwrap();
        assert!(bed.may_call(&made.secret, STOP).await.is_err());
        assert!(bed.keyrack.accounts.caller_of_session(session.session.as_str()).await.is_err());
        assert_eq!(bed.keyrack.members.list(&owner).await.unwrap().members.len(), 1);
        assert!(bed.keyrack.tokens.list(&owner).await.unwrap().tokens.is_empty());
        let left = bed.audit().await.into_iter().find(|entry| entry.1 == "member.leave").unwrap();
        assert_eq!(left.2, format!("user:{} bob@example.org", member.user));
        assert_eq!(bed.keyrack.audit.verify().await.unwrap().map(|_| ()), Ok(()));
    }

    async fn the_last_owner_cannot_leave_and_nobody_leaves_for_others(bed: TestDomain) {
        let owner = bed.owner().await;
        let stranger = bed.stranger().await;
        let confirmed = bed.confirmed(&owner).await;
        let error = bed.keyrack.members.leave(&confirmed, owner.account.0, true).await.unwrap_err();
        assert!(matches!(error, Error::Forbidden(_)), "{error}");
        let foreign = bed.keyrack.members.leave(&confirmed, stranger.account.0, true).await.unwrap_err();
        assert!(matches!(foreign, Error::NotFound(_)), "{foreign}");
        assert_eq!(bed.keyrack.members.list(&owner).await.unwrap().members.len(), 1);
    }

    async fn a_session_by_a_token_knows_one_account(bed: TestDomain) {
        let owner = bed.owner().await;
        let stranger = bed.stranger().await;
        let confirmed = bed.confirmed(&stranger).await;
        let secret = bed.keyrack.members.invite(&confirmed, "owner@example.org", Role::Viewer).await.unwrap().secret;
        let joined = bed.keyrack.members.accept_as_user(&owner, &client(), secret.as_str()).await.unwrap();
        assert_eq!(bed.keyrack.members.accounts_of(&joined.caller).await.unwrap().len(), 2);
        let back = bed.keyrack.members.switch_account(&joined.caller, &client(), owner.account.0).await.unwrap();
        let made = bed.token(&back.caller, NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), ..new_token("t", &[]) }).await;
        let by_token = bed.keyrack.accounts.sign_in_with_token(&made.secret, &client(), SessionKind::Browser).await.unwrap();
        assert_eq!(bed.keyrack.members.accounts_of(&by_token.caller).await.unwrap().len(), 1);
        let moved = bed.keyrack.members.switch_account(&by_token.caller, &client(), stranger.account.0).await;
        assert!(matches!(moved, Err(Error::Forbidden(_))));
        let renamed = bed.keyrack.accounts.rename_user(&by_token.caller, &client(), "Eve").await;
        assert!(matches!(renamed, Err(Error::Forbidden(_))));
    }
}
