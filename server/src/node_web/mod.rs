//! What a node of the image `keyrack/web` runs: a small web application that shows its environment and serves the files
//! of the node's `www/` folder. It is a process of its own, confined like every node, and knows nothing of the server.

mod facts;
mod files;
mod page;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, Uri, header};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use facts::Facts;

/// Where the page about the node is also when `www/` has an index page of its own.
const ABOUT: &str = "/.keyrack";

/// How long requests that are under way may take to finish.
const FINISH: Duration = Duration::from_secs(2);

/// Answers on the node's port until SIGTERM.
pub fn run() -> ExitCode {
    // One thread is plenty and takes the least memory.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(|error| error.to_string()).and_then(|runtime| runtime.block_on(serve())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => {
            eprintln!("{line}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let facts = Facts::of_this_node()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, facts.port));
    let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    println!("node {} of {} ({}) answers on http://{address}", facts.node, facts.environment, facts.image());
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut until = stopped.clone();
    let serving = axum::serve(listener, router(facts)).with_graceful_shutdown(async move {
        let _ = until.wait_for(|stopped| *stopped).await;
    });
    let mut serving = std::pin::pin!(serving.into_future());
    tokio::select! {
        done = &mut serving => return done.map_err(|error| error.to_string()),
        _ = terminate.recv() => stop.send_replace(true),
    };
    let _ = tokio::time::timeout(FINISH, serving).await;
    println!("stopped");
    Ok(())
}

fn router(facts: Facts) -> Router {
    let facts = Arc::new(facts);
    let otherwise = get(without_file).with_state(facts.clone());
    let header = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .route(ABOUT, get(about))
        .with_state(facts)
        .fallback_service(
            ServeDir::with_backend(files::FOLDER, files::Www)
                .call_fallback_on_method_not_allowed(false)
                .fallback(otherwise),
        )
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::CACHE_CONTROL, "no-cache"))
        .layer(axum::middleware::from_fn(only_paths))
}

/// Refuses an address that is no path (`GET example.org:80`), which only a proxy could answer.
async fn only_paths(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with('/') {
        next.run(request).await
    } else {
        StatusCode::BAD_REQUEST.into_response()
    }
}

async fn about(State(facts): State<Arc<Facts>>) -> Html<String> {
    Html(page::about(&facts))
}

/// Where `www/` has no file: the page about the node at the root, nothing elsewhere.
async fn without_file(State(facts): State<Arc<Facts>>, uri: Uri) -> Response {
    match uri.path() {
        "/" => about(State(facts)).await.into_response(),
        _ => (StatusCode::NOT_FOUND, Html(page::not_found())).into_response(),
    }
}

#[cfg(test)]
mod tests;
