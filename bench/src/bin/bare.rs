//! An axum handler that answers the bytes of CheckSign and does nothing else: what a token check costs is measured
//! against it. `bare ADDR:PORT BYTES`.

use axum::Router;
use axum::routing::any;
use axum::serve::ListenerExt;
use http::header;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(bytes)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: bare ADDR:PORT BYTES");
        std::process::exit(2);
    };
    let bytes: &'static str = bytes.leak();
    let answer = move || async move {
        (
            [
                (header::CONTENT_TYPE, "application/json; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
            ],
            bytes,
        )
    };
    let router = Router::new().route("/1.0/{service}/{class}/rest/{method}", any(answer));
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("bare: listening on http://{}", listener.local_addr()?);
    axum::serve(listener.tap_io(|stream| drop(stream.set_nodelay(true))), router).await
}
