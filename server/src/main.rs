//! Placeholder that serves the pages; the real command line follows.

mod pages;
mod site;

#[tokio::main]
async fn main() {
    if let Some(line) = site::missing() {
        eprintln!("{line}");
        std::process::exit(2);
    }
    let app = axum::Router::new().merge(site::router()).merge(pages::router(pages::options(), || ()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    println!("Keyrack is listening on http://{}", listener.local_addr().unwrap());
    axum::serve(listener, app).await.unwrap();
}
