//! Placeholder that serves the pages; the real command line follows.

mod pages;
mod site;

#[tokio::main]
async fn main() {
    if let Some(line) = site::missing() {
        eprintln!("{line}");
        std::process::exit(2);
    }
    let listen = std::env::args().skip_while(|argument| argument != "--listen").nth(1);
    let app = axum::Router::new().merge(site::router()).merge(pages::router(pages::options(), || ()));
    let listener = tokio::net::TcpListener::bind(listen.as_deref().unwrap_or("127.0.0.1:8080")).await.unwrap();
    println!("Keyrack is listening on http://{}", listener.local_addr().unwrap());
    println!("  Email     demo@keyrack.local\n  Password  placeholder");
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap();
    let stop = async move { _ = terminate.recv().await };
    axum::serve(listener, app).with_graceful_shutdown(stop).await.unwrap();
}
