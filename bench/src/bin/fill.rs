//! Stores ballast tokens: `fill DATABASE-URL COUNT`. The server must not be running on SQLite meanwhile.

use keyrack_domain::store::Store;
use keyrack_domain::world::World;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(count)) = (arguments.next(), arguments.next().and_then(|count| count.parse().ok())) else {
        eprintln!("usage: fill DATABASE-URL COUNT");
        std::process::exit(2);
    };
    let store = Store::open(&url).await.unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(2);
    });
    if let Err(error) = keyrack_bench::fill(&store, &World::system(), count).await {
        eprintln!("{error}");
        std::process::exit(1);
    }
    store.close().await;
}
