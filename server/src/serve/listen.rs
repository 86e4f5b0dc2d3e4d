//! Accepting connections, with deadlines, until it is time to stop.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use keyrack_domain::bounds::http::HEAD;
use tokio::net::{TcpListener, TcpStream};

use super::App;
use super::head_limit::FriendlyRejections;
use super::target;
use crate::http::client::Peer;
use crate::http::request_id::{self, RequestId};
use crate::log::context::LogContext;

/// The head of a request has to be there after so long; also how long an idle connection is kept.
const HEAD_IN_TIME: Duration = Duration::from_secs(30);

/// Serves until `stop`, then lets what is under way finish, for `finish` at most.
pub async fn run(listener: TcpListener, app: App, stop: impl Future<Output = ()>, finish: Duration) {
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => serve(stream, Peer(peer), app.clone(), &graceful),
                Err(error) => {
                    // Mostly too many open files: connections that end make room.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(finish, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

fn serve(stream: TcpStream, peer: Peer, app: App, graceful: &GracefulShutdown) {
    // Without it small answers wait for more to send.
    let _ = stream.set_nodelay(true);
    let unread = Arc::new(AtomicBool::new(false));
    let linger = unread.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (answering, unread) = (answer(app.clone(), peer, request), unread.clone());
        async move {
            let answered = answering.await;
            // What closes the connection by itself did so because it did not read the request to its end.
            if answered.as_ref().is_ok_and(|response| response.headers().contains_key(header::CONNECTION)) {
                unread.store(true, Ordering::Relaxed);
            }
            answered
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_IN_TIME)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(FriendlyRejections::new(stream, linger)), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A client that went away or does not speak HTTP is no error of the server.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection");
        }
    });
}

async fn answer(app: App, peer: Peer, mut request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    request.extensions_mut().insert(peer);
    let id = RequestId::of(request.headers());
    let mut response = match target::normalize(&mut request) {
        Ok(()) => LogContext::request(id.clone()).scope(app.answer(request.map(Body::new))).await,
        Err(problem) => app.finish(target::refusal(problem)).await,
    };
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if let Some(name) = id.answer(failed) {
        response.headers_mut().insert(request_id::HEADER, name);
    }
    Ok(response)
}
