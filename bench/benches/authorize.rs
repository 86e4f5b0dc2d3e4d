//! The token check in process: warm (cached) and cold (from the store), with a thousand and with a million tokens.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use keyrack_domain::Keyrack;
use keyrack_domain::caller::Client;
use keyrack_domain::methods::{Catalog, CatalogEntry, MethodId, TokenAccess};
use keyrack_domain::settings::Settings;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::{ApiSet, MethodInfo};
use keyrack_domain::world::World;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

const EMAIL: &str = "bench@example.org";
const PASSWORD: &str = "a long enough password";
const METHOD: &str = "environment.control.GetEnvs";
const SIZES: [usize; 2] = [1_000, 1_000_000];

fn main() {
    divan::main();
}

struct Bed {
    keyrack: Keyrack,
    method: MethodId,
    secrets: Vec<String>,
    _folder: tempfile::TempDir,
}

static BEDS: LazyLock<[(usize, Arc<Bed>); 2]> =
    LazyLock::new(|| SIZES.map(|size| (size, Arc::new(RUNTIME.block_on(bed(size))))));

/// A store of this size; made once, before any measurement.
fn bed_of(size: usize) -> Arc<Bed> {
    BEDS.iter().find(|(made, _)| *made == size).expect("a listed size").1.clone()
}

async fn bed(size: usize) -> Bed {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(vec![CatalogEntry {
        info: MethodInfo { name: METHOD.into(), summary: String::new(), sets: vec![ApiSet::IdePlugins] },
        token: TokenAccess::WhenTicked,
        role: Role::Viewer,
    }]);
    let settings = Settings { token_limit: u32::MAX, ..Settings::in_folder(folder.path()) };
    let url = settings.database.clone();
    let keyrack = Keyrack::open(settings, World::system(), catalog).await.expect("a store");
    keyrack.create_user_with_account(EMAIL, PASSWORD).await.expect("a user");
    let store = keyrack_domain::store::Store::open(&url).await.expect("the store");
    keyrack_bench::fill(&store, &World::system(), size).await.expect("ballast");
    let client = Client { address: IpAddr::from([127, 0, 0, 1]), user_agent: String::new() };
    let confirmed = keyrack_bench::owner(&keyrack, &client, EMAIL, PASSWORD).await.expect("the owner");
    let mut secrets = Vec::new();
    for _ in 0..64 {
        secrets.push(keyrack_bench::one_token(&keyrack, &confirmed, METHOD).await.expect("a token"));
    }
    let (method, _) = keyrack.catalog().entries().next().expect("a method");
    Bed { keyrack, method, secrets, _folder: folder }
}

/// One secret again and again: shape, checksum, SHA-256, cache, expiry, one bit. The bar: 1 µs, no allocation.
#[divan::bench(args = SIZES)]
fn warm(bencher: Bencher, size: usize) {
    let bed = bed_of(size);
    let secret = &bed.secrets[0];
    let check = || {
        let caller = futures::executor::block_on(bed.keyrack.authenticate(secret)).expect("known");
        assert!(caller.may_call(bed.method));
    };
    check();
    bencher.counter(ItemsCount::new(1_u32)).bench_local(check);
}

/// The same, the cache emptied before each check: one look-up in SQLite.
#[divan::bench(args = SIZES)]
fn cold(bencher: Bencher, size: usize) {
    let bed = bed_of(size);
    let secret = &bed.secrets[1];
    bencher.counter(ItemsCount::new(1_u32)).with_inputs(|| bed.keyrack.forget_callers()).bench_local_values(|()| {
        RUNTIME.block_on(bed.keyrack.authenticate(secret)).expect("known");
    });
}

/// Noise of the right length: refused by its checksum, without a look-up.
#[divan::bench]
fn noise(bencher: Bencher) {
    let bed = bed_of(SIZES[0]);
    let noise = "krp_00000000000000000000000000000000000000";
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        assert!(futures::executor::block_on(bed.keyrack.authenticate(divan::black_box(noise))).is_err());
    });
}
