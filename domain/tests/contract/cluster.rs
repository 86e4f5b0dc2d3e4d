//! Two servers on one PostgreSQL, here in one process.

use std::time::{Duration, Instant};

use keyrack_domain::accounts::SessionKind;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::{Error, Keyrack};
use sqlx::Connection;
use tokio::task::JoinHandle;

use crate::test_domain::{GET, STOP, TestDomain, client, new_token, run_at_server};

/// The second server; the first one is the bed's.
struct There {
    keyrack: Keyrack,
    background: [JoinHandle<()>; 2],
}

impl There {
    /// Begins when both hear each other.
    async fn beside(bed: &TestDomain) -> There {
        let keyrack = bed.again().await;
        let run = |keyrack: &Keyrack| {
            let keyrack = keyrack.clone();
            tokio::spawn(async move { keyrack.run_background().await })
        };
        let there = There { background: [run(&bed.keyrack), run(&keyrack)], keyrack };
        for server in [&bed.keyrack, &there.keyrack] {
            until("both hear each other", async || server.core.remembers_callers()).await;
        }
        there
    }

    /// Whether the credential is one; a database that has no connection to spare is asked again.
    async fn knows(&self, credential: &str) -> bool {
        loop {
            match self.keyrack.accounts.authenticate(credential).await {
                Ok(_) => return true,
                Err(Error::NotAuthenticated(_)) => return false,
                Err(_) => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    }
}

impl Drop for There {
    fn drop(&mut self) {
        self.background.iter().for_each(JoinHandle::abort);
    }
}

async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !so().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not come to this: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn run(connection: &mut sqlx::PgConnection, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

// Several threads: clearing the database away waits, and what is in the background has to go on meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_here_decides_there() {
    let Some(bed) = TestDomain::postgres().await else { return };
    let there = There::beside(&bed).await;
    let owner = bed.owner().await;
    let confirmed = bed.confirmed(&owner).await;
    let here = &bed.keyrack;

    let token = bed.token(&owner, new_token("Removed", &[GET])).await;
    assert!(there.knows(&token.secret).await, "it is known at its first call");
    here.tokens.remove(&confirmed, &[token.token.id]).await.unwrap();
    until("a removed token is refused", async || !there.knows(&token.secret).await).await;

    let session = bed.sign_in("owner@example.org", SessionKind::Api).await;
    assert!(there.knows(session.session.as_str()).await);
    let id = session.caller.session().unwrap().0;
    here.accounts.end_sessions(&owner, &client(), &[id]).await.unwrap();
    until("an ended session is refused", async || !there.knows(session.session.as_str()).await).await;

    bed.member("manager@example.org", Role::Manager).await;
    let session = bed.sign_in("manager@example.org", SessionKind::Api).await.session;
    let may_stop = async || {
        let caller = there.keyrack.accounts.authenticate(session.as_str()).await.unwrap();
        let (id, _) = here.catalog().entries().find(|(_, entry)| entry.info.name == STOP).unwrap();
        caller.may_call(id)
    };
    assert!(may_stop().await);
    let user = there.keyrack.accounts.authenticate(session.as_str()).await.unwrap().user;
    here.members.change_role(&confirmed, user.0, Role::Viewer).await.unwrap();
    until("a lowered role opens less", async || !may_stop().await).await;
}

// Several threads: clearing the database away waits, and what is in the background has to go on meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_hear_the_others_looks_everything_up() {
    let Some(bed) = TestDomain::postgres().await else { return };
    let there = There::beside(&bed).await;
    let owner = bed.owner().await;
    let token = bed.token(&owner, new_token("Removed", &[GET])).await;
    assert!(there.knows(&token.secret).await);

    let mut operator = sqlx::PgConnection::connect(&bed.url).await.unwrap();
    let name = bed.url.rsplit_once('/').unwrap().1;
    let server = std::env::var("KEYRACK_TEST_POSTGRES").unwrap();
    run_at_server(&server, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    run(
        &mut operator,
        "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity \
         WHERE datname = current_database() AND query LIKE 'LISTEN %'",
    )
    .await;
    until("nothing is heard", async || !there.keyrack.core.remembers_callers()).await;
    // A change without a notification.
    assert!(there.knows(&token.secret).await);
    run(&mut operator, "UPDATE users SET enabled = 0").await;
    assert!(!there.knows(&token.secret).await, "the next call is looked up");
    run(&mut operator, "UPDATE users SET enabled = 1").await;
    assert!(there.knows(&token.secret).await);

    run_at_server(&server, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
    until("the others are heard again", async || there.keyrack.core.remembers_callers()).await;
    assert!(there.knows(&token.secret).await);
    run(&mut operator, "ALTER TABLE tokens RENAME TO hidden").await;
    assert!(there.knows(&token.secret).await, "it is remembered again");
}
