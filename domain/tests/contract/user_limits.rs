//! What is counted for a user or an account stays within its limit, also when two servers are asked at once.

use futures::future::join_all;
use keyrack_domain::accounts::SessionKind;
use keyrack_domain::bounds::counts::{
    DEVICES_OF_USER, HALF_SIGN_INS_OF_USER, INVITATIONS_A_DAY, INVITATIONS_OF_ACCOUNT, MEMBERS_OF_ACCOUNT,
    NOTICES_OF_USER, SESSIONS_OF_USER, SSH_KEYS_OF_USER,
};
use keyrack_domain::caller::Client;
use keyrack_domain::tokens::{NewToken, Scope};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::{Error, Result};

use crate::test_domain::{GET, TestDomain, client, new_token, on_both};

/// Requests that come at once, half of them to each of two servers.
const AT_ONCE: i64 = 8;

async fn count(bed: &TestDomain, of: &str) -> i64 {
    let text = format!("SELECT count(*) FROM {of}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(bed.store().await.read()).await.unwrap()
}

/// Inserts rows that `row` makes of their numbers.
async fn fill(bed: &TestDomain, into: &str, count: i64, row: impl Fn(i64) -> String) {
    let rows: Vec<_> = (0..count).map(row).collect();
    bed.execute(&format!("INSERT INTO {into} VALUES {}", rows.join(", "))).await.unwrap();
}

/// How many were done; all others were refused for the limit.
fn done<T>(results: Vec<Result<T>>) -> usize {
    let all = results.len();
    let refused = results.into_iter().filter_map(Result::err).inspect(|error| {
        assert!(matches!(error, Error::Limit(_)), "{error}");
    });
    all - refused.count()
}

async fn extended_token(bed: &TestDomain) -> String {
    let owner = bed.owner().await;
    bed.token(&owner, NewToken { scope: Scope::Set(ApiSet::ExtendedAccess), ..new_token("t", &[]) }).await.secret
}

on_both! {
    async fn a_further_session_ends_the_oldest_of_its_kind(bed: TestDomain) {
        let (secret, browser) = (extended_token(&bed).await, bed.sign_in("owner@example.org", SessionKind::Browser).await);
        let mut opened = Vec::new();
        for _ in count(&bed, "sessions").await..SESSIONS_OF_USER {
            opened.push(bed.keyrack.accounts.sign_in_with_token(&secret, &client(), SessionKind::Api).await.unwrap().session);
        }
        for session in &opened {
            bed.keyrack.accounts.authenticate(session.as_str()).await.unwrap();
        }
        bed.keyrack.accounts.sign_in_with_token(&secret, &client(), SessionKind::Api).await.unwrap();
        assert_eq!(count(&bed, "sessions").await, SESSIONS_OF_USER);
        let alive = join_all(opened.iter().map(|session| bed.keyrack.accounts.authenticate(session.as_str()))).await;
        assert_eq!(alive.iter().position(Result::is_ok), Some(1), "the first one ended");
        assert!(alive[1..].iter().all(Result::is_ok));
        assert!(bed.keyrack.accounts.caller_of_session(browser.session.as_str()).await.is_ok(), "no script ends it");
        assert!(bed.audit().await.last().unwrap().4.contains("\"sessionsEnded\":1"));

        // Where there is none of its kind, it is the oldest of all.
        bed.execute("UPDATE sessions SET kind = 'api', token_id = NULL").await.unwrap();
        let newest = bed.sign_in("owner@example.org", SessionKind::Browser).await;
        assert_eq!(count(&bed, "sessions").await, SESSIONS_OF_USER);
        bed.keyrack.accounts.caller_of_session(newest.session.as_str()).await.unwrap();
    }

    async fn sessions_that_are_opened_at_once_stay_within_the_limit(bed: TestDomain) {
        let (secret, there) = (extended_token(&bed).await, bed.again().await);
        for _ in count(&bed, "sessions").await..SESSIONS_OF_USER - 1 {
            bed.keyrack.accounts.sign_in_with_token(&secret, &client(), SessionKind::Api).await.unwrap();
        }
        let from = client();
        let opening = (0..AT_ONCE).map(|turn| {
            let server = if turn % 2 == 0 { &bed.keyrack } else { &there };
            server.accounts.sign_in_with_token(&secret, &from, SessionKind::Api)
        });
        assert!(join_all(opening).await.iter().any(Result::is_ok));
        assert_eq!(count(&bed, "sessions").await, SESSIONS_OF_USER);
    }

    async fn ssh_keys_that_are_added_at_once_stay_within_the_limit(bed: TestDomain) {
        let (owner, there) = (bed.owner().await, bed.again().await);
        let columns = "ssh_keys (user_id, title, title_key, public_key, fingerprint, created_at)";
        fill(&bed, columns, SSH_KEYS_OF_USER - 2, |n| format!("({}, 'k{n}', 'k{n}', 'k{n}', 'k{n}', 0)", owner.user)).await;
        let from = client();
        let adding = (0..AT_ONCE).map(|turn| {
            let server = if turn % 2 == 0 { &bed.keyrack } else { &there };
            let key = format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{}{turn:03}", "A".repeat(40));
            let (owner, from) = (&owner, &from);
            async move { server.accounts.add_ssh_key(owner, from, &format!("title {turn}"), &key).await }
        });
        assert_eq!(done(join_all(adding).await), 2);
        assert_eq!(count(&bed, "ssh_keys").await, SSH_KEYS_OF_USER);
    }

    async fn invitations_that_are_made_at_once_stay_within_the_limit_and_expired_ones_give_way(bed: TestDomain) {
        let (owner, there) = (bed.owner().await, bed.again().await);
        let confirmed = bed.confirmed(&owner).await;
        let hash = |n: i64| if bed.url.starts_with("sqlite:") { format!("x'{n:04x}'") } else { format!("'\\x{n:04x}'") };
        let columns = "invitations (account_id, email, role, secret_hash, invited_by, created_at, expires_at, mail_state)";
        let expires = bed.now().timestamp_millis() + 1000;
        let row = |n: i64| format!("({}, 'a{n}@b.c', 'viewer', {}, 1, 0, {expires}, 'none')", owner.account, hash(n));
        fill(&bed, columns, INVITATIONS_OF_ACCOUNT - 2, row).await;
        let inviting = (0..AT_ONCE).map(|turn| {
            let server = if turn % 2 == 0 { &bed.keyrack } else { &there };
            let confirmed = &confirmed;
            async move { server.members.invite(confirmed, &format!("new{turn}@example.org"), Role::Viewer).await }
        });
        assert_eq!(done(join_all(inviting).await), 2);
        assert_eq!(count(&bed, "invitations").await, INVITATIONS_OF_ACCOUNT);
        let refused = bed.keyrack.members.invite(&confirmed, "one@example.org", Role::Viewer).await.unwrap_err();
        assert!(refused.to_string().contains("100 open invitations"), "{refused}");
        // One that is there already can be replaced.
        bed.keyrack.members.invite(&confirmed, "a1@b.c", Role::Viewer).await.unwrap();

        bed.clock.advance(chrono::TimeDelta::seconds(2));
        bed.keyrack.members.invite(&confirmed, "one@example.org", Role::Viewer).await.unwrap();
        assert_eq!(count(&bed, "invitations").await, 4, "the two of before, the replaced one and this one");
    }

    async fn members_that_join_at_once_stay_within_the_limit(bed: TestDomain) {
        let (owner, there) = (bed.owner().await, bed.again().await);
        let confirmed = bed.confirmed(&owner).await;
        let mut links = Vec::new();
        for number in 0..4 {
            let email = format!("new{number}@example.org");
            links.push(bed.keyrack.members.invite(&confirmed, &email, Role::Viewer).await.unwrap().secret);
        }
        let many = MEMBERS_OF_ACCOUNT - 3;
        fill(&bed, "users (id, email, name, password_hash, created_at)", many, |n| format!("({}, 'm{n}', 'm', '', 0)", n + 1000)).await;
        let row = |n: i64| format!("({}, {}, 'viewer', 0)", owner.account, n + 1000);
        fill(&bed, "memberships (account_id, user_id, role, created_at)", many, row).await;
        let from = client();
        let joining = links.iter().enumerate().map(|(turn, link)| {
            let server = if turn % 2 == 0 { &bed.keyrack } else { &there };
            server.members.accept_as_new_user(link.as_str(), "New", "orbit-lantern-cactus-42", &from)
        });
        assert_eq!(done(join_all(joining).await), 2);
        assert_eq!(count(&bed, "memberships").await, MEMBERS_OF_ACCOUNT);
        assert_eq!(count(&bed, "users").await, MEMBERS_OF_ACCOUNT, "who cannot join is no user either");
    }

    async fn devices_that_are_known_stay_within_the_limit(bed: TestDomain) {
        let owner = bed.owner().await;
        let hash = |n: i64| if bed.url.starts_with("sqlite:") { format!("x'{n:04x}'") } else { format!("'\\x{n:04x}'") };
        fill(&bed, "known_devices (user_id, device_hash, seen_at)", DEVICES_OF_USER - 1, |n| format!("({}, {}, {n})", owner.user, hash(n))).await;
        let from = Client { user_agent: "another".into(), ..client() };
        bed.keyrack.accounts.sign_in("owner@example.org", crate::test_domain::PASSWORD, &from, SessionKind::Browser).await.unwrap();
        assert_eq!(count(&bed, "known_devices").await, DEVICES_OF_USER);
        assert_eq!(count(&bed, "known_devices WHERE seen_at = 0").await, 0, "the oldest is forgotten");
    }

    async fn half_sign_ins_stay_within_the_limit(bed: TestDomain) {
        let owner = bed.owner().await;
        let now = bed.now().timestamp_millis();
        let hash = |n: i64| if bed.url.starts_with("sqlite:") { format!("x'{n:04x}'") } else { format!("'\\x{n:04x}'") };
        let row = |n: i64| format!("({}, {}, 'api', {}, {now})", owner.user, owner.account, hash(n));
        let columns = "sign_in_challenges (user_id, account_id, kind, secret_hash, created_at)";
        fill(&bed, columns, HALF_SIGN_INS_OF_USER, row).await;
        fill(&bed, "totp (user_id, secret, confirmed, created_at)", 1, |_| format!("({}, {}, 1, 0)", owner.user, hash(1))).await;
        bed.keyrack.accounts.sign_in("owner@example.org", crate::test_domain::PASSWORD, &client(), SessionKind::Api).await.unwrap();
        assert_eq!(count(&bed, "sign_in_challenges").await, HALF_SIGN_INS_OF_USER);
        assert_eq!(count(&bed, &format!("sign_in_challenges WHERE secret_hash = {}", hash(0))).await, 0);
    }

    async fn invitations_that_are_made_and_withdrawn_in_turn_are_counted_over_a_day(bed: TestDomain) {
        let owner = bed.owner().await;
        let confirmed = bed.confirmed(&owner).await;
        let withdrawn = async |email: &str| {
            let invitation = bed.keyrack.members.invite(&confirmed, email, Role::Viewer).await?;
            bed.keyrack.members.withdraw_invitation(&owner, &client(), invitation.id).await
        };
        for number in 0..INVITATIONS_A_DAY {
            withdrawn(&format!("a{number}@example.org")).await.unwrap();
        }
        let refused = withdrawn("one@example.org").await.unwrap_err();
        assert!(matches!(refused, Error::Limit(_)) && refused.to_string().contains("300 times within a day"), "{refused}");
        bed.clock.advance(chrono::TimeDelta::hours(24));
        withdrawn("one@example.org").await.unwrap();
    }

    async fn notices_of_a_user_stay_within_the_limit_and_those_that_were_read_go_first(bed: TestDomain) {
        let owner = bed.owner().await;
        // The second and third were read, the first one waits to be mailed.
        let row = |n: i64| {
            let (read, mail) = (if n == 1 || n == 2 { "1" } else { "NULL" }, if n == 0 { "waiting" } else { "sent" });
            format!("({}, 'x', 'old {n}', '', {n}, {read}, '{mail}')", owner.user)
        };
        let columns = "notices (user_id, kind, title, body, created_at, read_at, mail_state)";
        fill(&bed, columns, NOTICES_OF_USER, row).await;
        let left = async |n: i64| count(&bed, &format!("notices WHERE title = 'old {n}'")).await == 1;
        for (made, gone) in [1, 2, 3].into_iter().enumerate() {
            bed.token(&owner, new_token(&format!("t{made}"), &[GET])).await;
            assert_eq!(count(&bed, "notices").await, NOTICES_OF_USER);
            assert!(left(0).await && !left(gone).await && left(gone + 1).await, "{gone} goes");
        }
        assert_eq!(bed.notices(&owner).await[0], "Access token “t2” was generated");
    }

    async fn notices_that_are_made_at_once_stay_within_the_limit(bed: TestDomain) {
        let (owner, there) = (bed.owner().await, bed.again().await);
        let columns = "notices (user_id, kind, title, body, created_at, mail_state)";
        fill(&bed, columns, NOTICES_OF_USER, |n| format!("({}, 'x', 'old {n}', '', {n}, 'none')", owner.user)).await;
        let (confirmed, new) = (bed.confirmed(&owner).await, new_token("t", &[GET]));
        let making = (0..4).map(|turn| if turn % 2 == 0 { &bed.keyrack } else { &there }.tokens.create(&confirmed, &new));
        assert!(join_all(making).await.iter().all(Result::is_ok));
        assert_eq!(count(&bed, "notices").await, NOTICES_OF_USER);
    }
}
