//! What a former release has stored is there after the update, and of use.
//!
//! The fixtures are databases that commit dd07efe made (schema 11), with rows in every table; the folder of fixtures says how.

use keyrack_domain::accounts::{SessionKind, SignIn};
use keyrack_domain::environments::{FileLocation, NodeChoice};
use keyrack_domain::store::{Schema, Store};
use keyrack_domain::tokens::Renewal;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::environments::EnvStatus;
use sqlx::{AnyConnection, Connection};

use crate::environments::House;
use crate::test_domain::{Empty, GET, PASSWORD, STOP, TestDomain, client, new_token};

/// Secrets that the former release handed out.
mod secret {
    pub const CUSTOM: &str = "krp_ZbHlrYLPOIQuZzQT4eN454qGS9FnjWIU25Us9y";
    pub const SHARED: &str = "krp_39QpX1zNkbLzyHZuMOzmfiuMjdph49lz0Gb7hQ";
    pub const EXTENDED: &str = "krp_WuJO7UakxyS6KqTdZn9MghPmy2NcdbjC2RHeaJ";
    pub const SESSION: &str = "1x0dc5cdf83bd0719829152d938d3511e5";
    pub const INVITATION: &str = "rRGMRpM2ZkgAyqljRP9kbtHlz5apfND7";
}

async fn load(database: &Empty, dump: &str, tables: &'static str) {
    let options = Store::sqlite_url(database.folder());
    assert!(database.url == options || database.url.starts_with("postgres"), "{}", database.url);
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(dump)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let mut connection = AnyConnection::connect(&database.url).await.unwrap();
    let version: i64 =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut connection).await.unwrap();
    assert_eq!(version, 11);
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.unwrap();
    assert!(tables.len() > 30, "{tables:?}");
    for table in tables {
        let count = format!("SELECT count(*) FROM {table}");
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut connection).await.unwrap();
        assert!(rows > 0, "the fixture has no row of {table}");
    }
    // The identity stays with the data folder.
    let server: String = sqlx::query_scalar("SELECT id FROM servers").fetch_one(&mut connection).await.unwrap();
    std::fs::write(database.folder().join("server-id"), server).unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_sqlite_database_of_a_former_release_is_brought_up() {
    let database = Empty::sqlite();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    load(&database, include_str!("fixtures/dd07efe.sqlite.sql"), tables).await;
    everything_is_there(TestDomain::of(database).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_postgresql_database_of_a_former_release_is_brought_up() {
    let Some(database) = Empty::postgres().await else { return };
    let tables = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'";
    load(&database, include_str!("fixtures/dd07efe.postgres.sql"), tables).await;
    everything_is_there(TestDomain::of(database).await).await;
}

async fn everything_is_there(bed: TestDomain) {
    Store::open_with(&bed.url, Schema::Keep).await.expect("the schema is this version's").close().await;
    let written = bed.audit().await.len();
    assert_eq!(bed.keyrack.audit.verify().await.unwrap().expect("the chain is whole").entries, written as u64);
    let house = House::on(bed).await;
    let (bed, keyrack, owner, client) = (&house.bed, &house.keyrack, &house.owner, client());

    // Who signs in, and with what.
    let SignIn::Half(_) =
        keyrack.accounts.sign_in("manager@example.org", PASSWORD, &client, SessionKind::Browser).await.unwrap()
    else {
        panic!("the manager has a second factor");
    };
    let session = keyrack.accounts.authenticate(secret::SESSION).await.unwrap();
    assert_eq!((session.user, session.account), (owner.user, owner.account));
    assert_eq!(keyrack.accounts.ssh_keys(owner).await.unwrap()[0].title, "laptop");
    assert!(!bed.notices(owner).await.is_empty());

    // Tokens: their secrets open what they opened.
    assert!(bed.may_call(secret::CUSTOM, STOP).await.unwrap() && bed.may_call(secret::CUSTOM, GET).await.unwrap());
    assert!(bed.may_call(secret::SHARED, GET).await.unwrap());
    keyrack.accounts.sign_in_with_token(secret::EXTENDED, &client, SessionKind::Api).await.unwrap();
    let tokens = keyrack.tokens.list(owner).await.unwrap().tokens;
    let descriptions: Vec<_> = tokens.iter().map(|token| token.description.as_str()).collect();
    assert_eq!(descriptions, ["Deploy", "Plugin", "Sign-in"]);
    assert!(tokens[0].last_used.is_some() && tokens[1].shared && tokens[1].expires.is_some());
    let migrated: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM token_secrets s JOIN tokens t ON t.id = s.token_id WHERE s.state = 'current' AND s.hash = t.secret_hash \
         AND s.made_at = t.secret_at AND s.made_by = t.secret_by AND s.algorithm = 'sha-256'",
    )
    .fetch_one(bed.store().await.read())
    .await
    .unwrap();
    assert_eq!(migrated, 3);
    assert!(tokens.iter().all(|token| token.limits.is_none() && token.secrets.is_empty() && !token.frozen));
    let confirmed = bed.confirmed(owner).await;
    let renewed = keyrack.tokens.regenerate(&confirmed, tokens[0].id, None, Renewal::KeepDate).await.unwrap();
    assert!(bed.may_call(secret::CUSTOM, STOP).await.is_err() && bed.may_call(&renewed.secret, STOP).await.unwrap());
    let new = bed.token(owner, new_token("New", &[STOP])).await;
    assert!(new.token.id > tokens[2].id, "numbers go on");

    // People.
    let members = keyrack.members.list(owner).await.unwrap();
    let roles: Vec<_> = members.members.iter().map(|member| (member.email.as_str(), member.role)).collect();
    assert_eq!(roles, [("manager@example.org", Role::Manager), ("owner@example.org", Role::Owner)]);
    assert_eq!(members.invitations.len(), 1);
    keyrack.members.accept_as_new_user(secret::INVITATION, "New", "orbit-lantern-cactus-42", &client).await.unwrap();

    // The environment, and what belongs to it.
    let shop = house.get("shop").await;
    assert_eq!((shop.status, shop.groups.as_slice()), (EnvStatus::Stopped, ["web/eu".to_owned()].as_slice()));
    let layer = &shop.layers[0];
    assert_eq!((layer.display_name.as_str(), layer.deployments.len(), layer.nodes.len()), ("Front", 1, 1));
    let environments = &keyrack.environments;
    assert_eq!(environments.properties(owner, "shop", &[]).await.unwrap()["tier"], "gold");
    let export = environments.exports(owner, "shop").await.unwrap()[0].id;
    assert!(environments.export_manifest(owner, &client, "shop", export).await.unwrap().contains("shop"));
    let everywhere = FileLocation { environment: "shop".into(), choice: NodeChoice::All, masters_only: false };
    assert_eq!(environments.favorites(owner, &everywhere).await.unwrap()[0].path, "/etc/app.conf");
    assert_eq!(environments.groups(owner, None).await.unwrap()[0].data["a"], 1);
    house.start("shop").await;
    assert_eq!(house.status("shop").await, EnvStatus::Running);
    house.stop("shop").await;
    assert!(house.tasks().await.len() > 3);
    assert_eq!(keyrack.uploads.archives(owner).await.unwrap()[0].comment, "nightly");

    // The marketplace and the scheduler.
    assert_eq!(keyrack.marketplace.apps(owner).await.unwrap().iter().filter(|app| app.own).count(), 1);
    assert_eq!(keyrack.marketplace.favorite_apps(owner).await.unwrap()[0].manifest.name, "Own");
    let installed = keyrack.marketplace.installations(owner).await.unwrap();
    keyrack.marketplace.uninstall(owner, &client, &installed[0].unique_name, false).await.unwrap();
    assert!(keyrack.marketplace.read_console(owner, &client).await.unwrap().iter().any(|line| line.line == "a line"));
    let tasks = keyrack.scheduler.list(owner).await.unwrap();
    let descriptions: Vec<_> = tasks.iter().map(|task| task.description.as_str()).collect();
    assert_eq!(descriptions, ["of a person", "of a token"]);
    bed.clock.advance(chrono::TimeDelta::minutes(6));
    let claimed = keyrack.scheduler.claim_due().await.unwrap();
    assert_eq!(claimed.len(), 2);
    for (task, caller) in claimed {
        assert!(caller.is_ok(), "{}: {:?}", task.id, caller.err());
        keyrack.scheduler.finish(&task, 0, None).await.unwrap();
    }
    keyrack.audit.verify().await.unwrap().expect("the chain goes on");
    keyrack.environments.stop_all().await;
}
