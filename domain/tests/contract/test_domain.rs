//! A fresh Keyrack for one test, with a clock that the test moves.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use keyrack_domain::accounts::{Confirmation, Confirmed, SessionKind, SignIn, SignedIn};
use keyrack_domain::caller::{Caller, Client};
use keyrack_domain::methods::{ActsOn, Catalog, CatalogEntry, TokenAccess};
use keyrack_domain::settings::Settings;
use keyrack_domain::store::Store;
use keyrack_domain::tokens::{NewToken, Scope};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::{ApiSet, MethodInfo};
use keyrack_domain::types::token_limits::TokenLimits;
use keyrack_domain::types::tokens::NewSecret;
use keyrack_domain::world::{ManualClock, World};
use keyrack_domain::{Keyrack, Result};

pub const STOP: &str = "environment.control.StopEnv";
pub const GET: &str = "environment.control.GetEnvs";
pub const PASSWORD: &str = "a long enough password";

/// Runs each test on SQLite and, where the test run has one, on PostgreSQL.
///
/// On a runtime whose tasks go on while [`Database`] is dropped: PostgreSQL ends no database before every connection that
/// is being opened, to whichever one, has said its password, or a minute has passed.
macro_rules! on_both {
    ($(async fn $name:ident($bed:ident: TestDomain) $body:block)+) => {
        $(async fn $name($bed: TestDomain) $body)+

        mod sqlite {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 1)] async fn $name() { super::$name(TestDomain::sqlite().await).await })+
        }

        mod postgres {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 1)] async fn $name() {
                if let Some(bed) = TestDomain::postgres().await { super::$name(bed).await }
            })+
        }
    };
}
pub(crate) use on_both;

pub struct TestDomain {
    pub keyrack: Keyrack,
    pub clock: Arc<ManualClock>,
    pub url: String,
    /// Also what ends the fresh database.
    _database: Database,
    folder: tempfile::TempDir,
}

/// A database that nobody has opened yet; gone with this value.
pub struct Empty {
    pub url: String,
    _database: Database,
    _folder: tempfile::TempDir,
}

impl Empty {
    pub fn sqlite() -> Empty {
        let folder = tempfile::tempdir().unwrap();
        Empty { url: Store::sqlite_url(folder.path()), _database: Database::File, _folder: folder }
    }

    /// `None` where the test run has no PostgreSQL.
    pub async fn postgres() -> Option<Empty> {
        let server = std::env::var("KEYRACK_TEST_POSTGRES").ok()?;
        let (database, url) = Database::create(&server, &format!("keyrack_{}", uniq())).await;
        Some(Empty { url, _database: database, _folder: tempfile::tempdir().unwrap() })
    }

    /// The data folder of who opens it.
    pub fn folder(&self) -> &std::path::Path {
        self._folder.path()
    }
}

impl TestDomain {
    pub async fn sqlite() -> TestDomain {
        TestDomain::sqlite_with(|_| {}).await
    }

    pub async fn sqlite_with(change: impl FnOnce(&mut Settings)) -> TestDomain {
        let folder = tempfile::tempdir().unwrap();
        let url = Store::sqlite_url(folder.path());
        TestDomain::open(folder, url, Database::File, change).await
    }

    /// `None` where the test run has no PostgreSQL, which is a failure in CI.
    pub async fn postgres() -> Option<TestDomain> {
        let Ok(server) = std::env::var("KEYRACK_TEST_POSTGRES") else {
            assert!(std::env::var("CI").is_err(), "KEYRACK_TEST_POSTGRES is not set");
            return None;
        };
        let name = format!("keyrack_{}", uniq());
        let (database, url) = Database::create(&server, &name).await;
        Some(TestDomain::open(tempfile::tempdir().unwrap(), url, database, |_| {}).await)
    }

    async fn open(
        folder: tempfile::TempDir,
        url: String,
        database: Database,
        change: impl FnOnce(&mut Settings),
    ) -> TestDomain {
        let bed = TestDomain::open_as_it_is(folder, url, database, change).await;
        bed.keyrack.accounts.create_user_with_account("owner@example.org", PASSWORD).await.unwrap();
        bed
    }

    /// Opens what a database holds already.
    pub async fn of(database: Empty) -> TestDomain {
        let Empty { url, _database, _folder } = database;
        TestDomain::open_as_it_is(_folder, url, _database, |_| {}).await
    }

    async fn open_as_it_is(
        folder: tempfile::TempDir,
        url: String,
        database: Database,
        change: impl FnOnce(&mut Settings),
    ) -> TestDomain {
        let clock = ManualClock::at("2027-01-15T12:00:00Z".parse().unwrap());
        let mut settings = Settings {
            database: url.clone(),
            token_limit: 5,
            node_ports: own_ports(),
            ..Settings::in_folder(folder.path())
        };
        settings.restarts.pause = Duration::from_millis(20);
        settings.stop_grace = Duration::from_secs(2);
        change(&mut settings);
        let world = World { clock: clock.clone(), entropy: World::system().entropy };
        let keyrack = Keyrack::open(settings, world, catalog()).await.unwrap();
        TestDomain { keyrack, clock, url, _database: database, folder }
    }

    /// A second, empty database of the other kind; `None` where the test run has no PostgreSQL.
    pub async fn other_kind(&self) -> Option<Empty> {
        if self.url.starts_with("sqlite:") { Empty::postgres().await } else { Some(Empty::sqlite()) }
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The next run of the same server.
    pub async fn again(&self) -> Keyrack {
        let (settings, world) = (self.keyrack.settings().clone(), self.keyrack.world().clone());
        Keyrack::open(settings, world, catalog()).await.unwrap()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.keyrack.world().now()
    }

    pub fn pass(&self, days: i64) {
        self.clock.advance(TimeDelta::days(days));
    }

    /// A second connection to the same database, as an operator with a database client would have.
    pub async fn store(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    pub async fn execute(&self, sql: &str) -> sqlx::Result<()> {
        let store = self.store().await;
        let mut tx = store.begin().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await?;
        tx.commit(&[]).await.map_err(|error| sqlx::Error::Protocol(error.to_string()))
    }

    pub async fn sign_in(&self, email: &str, kind: SessionKind) -> SignedIn {
        match self.keyrack.accounts.sign_in(email, PASSWORD, &client(), kind).await.unwrap() {
            SignIn::Done(signed_in) => signed_in,
            SignIn::Half(_) => panic!("{email} has a second factor"),
        }
    }

    pub async fn owner(&self) -> Arc<Caller> {
        self.sign_in("owner@example.org", SessionKind::Browser).await.caller
    }

    /// A person with an account of her own who is also a member of the owner's account with this role, signed in there.
    pub async fn member(&self, email: &str, role: Role) -> Arc<Caller> {
        let account = self.owner().await.account;
        let (user, own) = self.keyrack.accounts.create_user_with_account(email, PASSWORD).await.unwrap();
        self.execute(&format!(
            "DELETE FROM memberships WHERE user_id = {user} AND account_id = {own}; \
             INSERT INTO memberships (account_id, user_id, role, created_at) VALUES ({account}, {user}, '{}', 0)",
            role.name()
        ))
        .await
        .unwrap();
        self.sign_in(email, SessionKind::Browser).await.caller
    }

    /// The titles of the caller's notices, newest first.
    pub async fn notices(&self, caller: &Caller) -> Vec<String> {
        self.keyrack.notices.list(caller).await.unwrap().into_iter().map(|notice| notice.title).collect()
    }

    pub async fn stranger(&self) -> Arc<Caller> {
        self.keyrack.accounts.create_user_with_account("stranger@example.net", PASSWORD).await.unwrap();
        self.sign_in("stranger@example.net", SessionKind::Browser).await.caller
    }

    pub async fn confirmed(&self, caller: &Arc<Caller>) -> Confirmed {
        self.keyrack.accounts.confirm(caller, &client(), &Confirmation::password(PASSWORD)).await.unwrap()
    }

    pub async fn token(&self, caller: &Arc<Caller>, new: NewToken) -> NewSecret {
        let confirmed = self.confirmed(caller).await;
        self.keyrack.tokens.create(&confirmed, &new).await.unwrap()
    }

    /// Whether this secret may call this method now.
    pub async fn may_call(&self, secret: &str, method: &str) -> Result<bool> {
        let caller = self.keyrack.accounts.authenticate(secret).await?;
        let (id, _) = self.keyrack.catalog().entries().find(|(_, entry)| entry.info.name == method).unwrap();
        Ok(caller.may_call(id))
    }

    /// (actor, action, subject, outcome, details) of all audit entries.
    pub async fn audit(&self) -> Vec<(String, String, String, String, String)> {
        sqlx::query_as("SELECT actor, action, subject, outcome, details FROM audit ORDER BY id")
            .fetch_all(self.store().await.read())
            .await
            .unwrap()
    }
}

pub fn new_token(description: &str, methods: &[&str]) -> NewToken {
    NewToken {
        description: description.into(),
        scope: Scope::Methods(methods.iter().map(ToString::to_string).collect()),
        expires: None,
        shared: false,
        limits: TokenLimits::default(),
    }
}

pub fn client() -> Client {
    Client { address: IpAddr::from([192, 0, 2, 7]), user_agent: "test".into() }
}

pub fn catalog() -> Catalog {
    let entry = |name: &str, token, role, sets: &[ApiSet]| CatalogEntry {
        info: MethodInfo { name: name.into(), summary: String::new(), sets: sets.to_vec() },
        token,
        role,
        acts_on: if name.contains("users.") { ActsOn::Account } else { ActsOn::Environment },
    };
    Catalog::new(vec![
        entry(STOP, TokenAccess::WhenTicked, Role::Manager, &[ApiSet::IdePlugins]),
        entry(GET, TokenAccess::WhenTicked, Role::Viewer, &[ApiSet::IdePlugins]),
        entry("environment.file.Read", TokenAccess::WhenTicked, Role::Viewer, &[]),
        entry("users.authentication.Signout", TokenAccess::Always, Role::Viewer, &[]),
        entry("users.authentication.CreateToken", TokenAccess::Never, Role::Viewer, &[]),
    ])
}

/// Ports that no other test running now has: the tests run as processes of their own.
fn own_ports() -> std::ops::Range<u16> {
    const EACH: u16 = 12;
    let first = 20_000 + (std::process::id() % 1000) as u16 * EACH;
    first..first + EACH
}

fn uniq() -> String {
    let bytes: [u8; 8] = World::system().random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What has to be cleared away.
enum Database {
    File,
    Postgres { server: String, name: String },
}

impl Database {
    async fn create(server: &str, name: &str) -> (Database, String) {
        run_at_server(server, &format!("CREATE DATABASE {name}")).await;
        let (base, _) = server.rsplit_once('/').unwrap();
        (Database::Postgres { server: server.into(), name: name.into() }, format!("{base}/{name}"))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Database::Postgres { server, name } = self else { return };
        let (server, sql) = (server.clone(), format!("DROP DATABASE {name} WITH (FORCE)"));
        // The test's own runtime may be ending.
        let dropping = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(run_at_server(&server, &sql));
        });
        let _ = dropping.join();
    }
}

/// Runs a statement beside the databases of tests.
pub async fn run_at_server(server: &str, sql: &str) {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}
