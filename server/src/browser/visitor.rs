//! The caller of a browser's request, and whether the request may pass.

use std::pin::Pin;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use keyrack_app::request_context::RequestContext;
use keyrack_domain::Error;
use keyrack_domain::caller::{Caller, Client};
use keyrack_domain::cluster::watching;
use keyrack_domain::decision::Asked;
use keyrack_domain::denied::Denied;
use keyrack_domain::log_lines::LineCause;

use super::{Browser, LARGEST_FORM};
use crate::http::client::{Forwarded, client};
use crate::log::context::{self as log, MethodName};

const NOT_NOW: &str = "Keyrack cannot answer right now. Try again shortly.\n";

/// Lets a request in: refuses what another site sent, finds out who it is, and lets changes run to their end.
pub async fn admit(State(browser): State<Browser>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Some(route) = parts.extensions.get::<MatchedPath>() {
        log::set_method(MethodName::Route(route.clone()));
    }
    // What another server forwards has passed its guard.
    let forwarded = parts.extensions.get::<Forwarded>().is_some();
    if !forwarded && !browser.guard.passes(&parts) {
        if browser.keyrack.core.log_lines().may_write(LineCause::Stranger) {
            tracing::info!("a change that did not come from one of our pages was refused");
        }
        return plain(StatusCode::FORBIDDEN, "This request did not come from a page of Keyrack.\n");
    }
    let client = client(&parts, &browser.proxies);
    let caller = match browser.cookie.read(&parts.headers) {
        None => None,
        Some(session) => match browser.keyrack.accounts.caller_of_session(session).await {
            Ok(caller) => match limited(&browser, &caller, &client, forwarded).await {
                Ok(()) => Some(caller),
                Err(Error::Denied(Denied::Rate { wait, .. })) => return too_often(wait),
                // For a visitor from elsewhere the session does not exist.
                Err(Error::Denied(_)) => None,
                Err(_) => return plain(StatusCode::SERVICE_UNAVAILABLE, NOT_NOW),
            },
            Err(Error::NotAuthenticated(_)) => None,
            Err(_) => {
                return plain(StatusCode::SERVICE_UNAVAILABLE, NOT_NOW);
            }
        },
    };
    if let Some(caller) = &caller {
        log::set_account(caller.account);
        caller.note_use(browser.keyrack.world().now(), &client);
    }
    parts.extensions.insert(RequestContext { caller, client });
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    let mut response = if reads {
        next.run(Request::from_parts(parts, body)).await
    } else {
        // A change runs to its end even when the browser goes away meanwhile.
        let running: Pin<Box<dyn Future<Output = Response> + Send>> =
            if !forwarded && browser.keyrack.core.may_have_peers() {
                Box::pin(change_where_it_belongs(browser.clone(), parts, body, next))
            } else {
                Box::pin(next.run(Request::from_parts(parts, body)))
            };
        browser.changes.spawn(log::carry(running)).await.unwrap_or_else(|_| {
            plain(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong inside the server; its log says what.\n")
        })
    };
    secure(response.headers_mut());
    response
}

/// Whether the limits of the token that opened a session allow a request of it.
async fn limited(browser: &Browser, caller: &Caller, client: &Client, forwarded: bool) -> Result<(), Error> {
    if caller.limits.is_none() {
        return Ok(());
    }
    let asked = Asked { method: None, address: Some(client.address), in_url: false, counts: !forwarded };
    browser.keyrack.core.decide(caller, asked).await.into_result()
}

fn too_often(wait: u32) -> Response {
    let mut response = plain(
        StatusCode::TOO_MANY_REQUESTS,
        "The token that opened this session is used too often. Try again shortly.\n",
    );
    response.headers_mut().insert(header::RETRY_AFTER, wait.into());
    response
}

/// Answers a change; one that belongs to another server is forwarded to it, and its response is returned.
async fn change_where_it_belongs(browser: Browser, parts: Parts, body: Body, next: Next) -> Response {
    let Ok(body) = axum::body::to_bytes(body, LARGEST_FORM).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "The form is too large, or it broke off.\n");
    };
    let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
    let (response, elsewhere) = watching(next.run(request)).await;
    let Some((server, address)) = elsewhere else { return response };
    let client = client(&parts, &browser.proxies);
    match browser.peers.forward_page(&server, &address, &parts, body, &client).await {
        Ok(response) => response,
        // The answer from here says that the environment is another server's.
        Err(away) => {
            if browser.keyrack.core.log_lines().may_write(LineCause::Stranger) {
                tracing::warn!(%server, %away, "a change could not be forwarded");
            }
            response
        }
    }
}

/// Headers that no answer of this door goes without, besides those of all doors; a page may have said more already.
fn secure(headers: &mut HeaderMap) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // Files and redirects of members are for pages of this origin alone.
    headers.entry("cross-origin-resource-policy").or_insert(HeaderValue::from_static("same-origin"));
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = (status, text).into_response();
    secure(response.headers_mut());
    response
}
