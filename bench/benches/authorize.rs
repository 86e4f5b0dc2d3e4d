//! The token check in process: warm (cached) and cold (from the database), with a thousand and with a million tokens.

use std::fmt::{Display, Formatter};
use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::Instant;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use keyrack_domain::Keyrack;
use keyrack_domain::caller::Client;
use keyrack_domain::methods::{Catalog, CatalogEntry, MethodId, TokenAccess};
use keyrack_domain::settings::Settings;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::{ApiSet, MethodInfo};
use keyrack_domain::world::World;
use sqlx::Connection;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

const EMAIL: &str = "bench@example.org";
const PASSWORD: &str = "a long enough password";
/// Where .ci/with-postgres says its address.
const POSTGRES: &str = "KEYRACK_TEST_POSTGRES";
const METHOD: &str = "environment.control.GetEnvs";
const SIZES: [usize; 2] = [1_000, 1_000_000];

fn main() {
    // Warm checks are polled outside the runtime, and what is not known yet asks the database.
    let _context = RUNTIME.enter();
    divan::main();
    // `--test`, `--list` and names of single measurements are for divan alone.
    if std::env::args().all(|argument| argument != "--test" && argument != "--list") {
        ratio();
    }
    LazyLock::force(&DOMAINS).iter().for_each(TestDomain::remove);
}

/// A store of some size in one of the databases.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Store {
    database: &'static str,
    tokens: usize,
}

impl Display for Store {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {} tokens", self.database, self.tokens)
    }
}

fn stores(database: &'static str) -> [Store; 2] {
    SIZES.map(|tokens| Store { database, tokens })
}

/// Both databases, PostgreSQL where there is one.
fn all_stores() -> Vec<Store> {
    let mut all = stores("SQLite").to_vec();
    if std::env::var_os(POSTGRES).is_some() {
        all.extend(stores("PostgreSQL"));
    }
    all
}

struct TestDomain {
    store: Store,
    keyrack: Keyrack,
    method: MethodId,
    secrets: Vec<String>,
    _folder: tempfile::TempDir,
}

/// Made once, before any measurement.
static DOMAINS: LazyLock<Vec<TestDomain>> =
    LazyLock::new(|| all_stores().into_iter().map(|store| RUNTIME.block_on(domain(store))).collect());

fn domain_for(store: Store) -> &'static TestDomain {
    DOMAINS.iter().find(|domain| domain.store == store).expect("a listed store")
}

async fn domain(store: Store) -> TestDomain {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(vec![CatalogEntry {
        info: MethodInfo { name: METHOD.into(), summary: String::new(), sets: vec![ApiSet::IdePlugins] },
        token: TokenAccess::WhenTicked,
        role: Role::Viewer,
        acts_on: keyrack_domain::methods::ActsOn::List,
    }]);
    let mut settings = Settings { token_limit: u32::MAX, ..Settings::in_folder(folder.path()) };
    if store.database == "PostgreSQL" {
        settings.database = postgres_database(store.tokens).await;
    }
    let url = settings.database.clone();
    let keyrack = Keyrack::open(settings, World::system(), catalog).await.expect("a store");
    keyrack.accounts.create_user_with_account(EMAIL, PASSWORD).await.expect("a user");
    let filled = keyrack_domain::store::Store::open(&url).await.expect("the store");
    keyrack_bench::fill(&filled, &World::system(), store.tokens).await.expect("ballast");
    let client = Client { address: IpAddr::from([127, 0, 0, 1]), user_agent: String::new() };
    let confirmed = keyrack_bench::owner(&keyrack, &client, EMAIL, PASSWORD).await.expect("the owner");
    let mut secrets = Vec::new();
    for _ in 0..64 {
        secrets.push(keyrack_bench::one_token(&keyrack, &confirmed, METHOD).await.expect("a token"));
    }
    let (method, _) = keyrack.catalog().entries().next().expect("a method");
    TestDomain { store, keyrack, method, secrets, _folder: folder }
}

/// The address of a new database.
async fn postgres_database(tokens: usize) -> String {
    let server = std::env::var(POSTGRES).expect("looked at before");
    let name = format!("keyrack_bench_{}_{tokens}", std::process::id());
    postgres(&format!("CREATE DATABASE {name}")).await;
    let (address, _) = server.rsplit_once('/').expect("postgres://…/NAME");
    format!("{address}/{name}")
}

async fn postgres(statement: &str) {
    sqlx::any::install_default_drivers();
    let server = std::env::var(POSTGRES).expect("looked at before");
    let mut connection = sqlx::AnyConnection::connect(&server).await.expect("PostgreSQL");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.expect("a statement");
}

impl TestDomain {
    fn check(&self, secret: &str) {
        let caller = futures::executor::block_on(self.keyrack.accounts.authenticate(secret)).expect("known");
        assert!(caller.may_call(self.method));
    }

    /// What would outlive this process.
    fn remove(&self) {
        let url = self.keyrack.settings().database.clone();
        if let (true, Some((_, name))) = (url.starts_with("postgres:"), url.rsplit_once('/')) {
            RUNTIME.block_on(postgres(&format!("DROP DATABASE {name} WITH (FORCE)")));
        }
    }
}

/// A million tokens against a thousand, in turn, so that a machine whose speed drifts does so for both.
fn ratio() {
    const ROUNDS: usize = 31;
    let [few, many] = stores("SQLite").map(domain_for);
    let time = |domain: &TestDomain, cold: bool| {
        let begun = Instant::now();
        for secret in domain.secrets.iter().cycle().take(if cold { 500 } else { 50_000 }) {
            if cold {
                domain.keyrack.core.forget_callers();
                RUNTIME.block_on(domain.keyrack.accounts.authenticate(secret)).expect("known");
            } else {
                domain.check(secret);
            }
        }
        begun.elapsed().as_secs_f64()
    };
    for (what, cold) in [("warm", false), ("cold", true)] {
        time(few, cold);
        time(many, cold);
        let mut ratios: Vec<f64> = (0..ROUNDS).map(|_| 1.0 / (time(few, cold) / time(many, cold))).collect();
        ratios.sort_by(f64::total_cmp);
        println!("{what}, SQLite, 1000000 tokens against 1000: {:.3} (median of {ROUNDS} rounds)", ratios[ROUNDS / 2]);
    }
}

/// One secret again and again: shape, checksum, SHA-256, cache, expiry, one bit. The bar: 1 µs, no allocation.
#[divan::bench(args = stores("SQLite"))]
fn warm(bencher: Bencher, store: Store) {
    let domain = domain_for(store);
    domain.check(&domain.secrets[0]);
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| domain.check(&domain.secrets[0]));
}

/// The same with its use noted, as every call does.
#[divan::bench(args = stores("SQLite"))]
fn noted(bencher: Bencher, store: Store) {
    let domain = domain_for(store);
    let client = Client { address: IpAddr::from([192, 0, 2, 7]), user_agent: "curl/8.5.0".into() };
    let check = || {
        let caller =
            futures::executor::block_on(domain.keyrack.accounts.authenticate(&domain.secrets[0])).expect("known");
        assert!(caller.may_call(domain.method));
        caller.note_use(domain.keyrack.world().now(), &client);
        caller.count_call(domain.method);
    };
    check();
    bencher.counter(ItemsCount::new(1_u32)).bench_local(check);
}

/// As `warm`, the cache emptied before each check: one look-up in the database.
#[divan::bench(args = all_stores())]
fn cold(bencher: Bencher, store: Store) {
    let domain = domain_for(store);
    bencher.counter(ItemsCount::new(1_u32)).with_inputs(|| domain.keyrack.core.forget_callers()).bench_local_values(
        |()| {
            RUNTIME.block_on(domain.keyrack.accounts.authenticate(&domain.secrets[1])).expect("known");
        },
    );
}

/// Noise of the right length: refused by its checksum, without a look-up.
#[divan::bench]
fn noise(bencher: Bencher) {
    let domain = domain_for(stores("SQLite")[0]);
    let noise = "krp_00000000000000000000000000000000000000";
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        assert!(futures::executor::block_on(domain.keyrack.accounts.authenticate(divan::black_box(noise))).is_err());
    });
}
