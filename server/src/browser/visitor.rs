//! Who visits, and whether the request may pass.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use keyrack_app::visit::Visit;
use keyrack_domain::Error;

use super::Browser;
use crate::http::request_id;

/// Lets a request in: refuses what another site sent, finds out who it is, and lets changes run to their end.
pub async fn admit(State(browser): State<Browser>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if !browser.guard.passes(&parts) {
        tracing::info!("a change that did not come from one of our pages was refused");
        return plain(StatusCode::FORBIDDEN, "This request did not come from a page of Keyrack.\n");
    }
    let caller = match browser.cookie.read(&parts.headers) {
        None => None,
        Some(session) => match browser.keyrack.caller_of_session(session).await {
            Ok(caller) => Some(caller),
            Err(Error::NotAuthenticated(_)) => None,
            Err(_) => {
                return plain(StatusCode::SERVICE_UNAVAILABLE, "Keyrack cannot answer right now. Try again shortly.\n");
            }
        },
    };
    let client = browser.proxies.client(&parts);
    if let Some(caller) = &caller {
        caller.note_use(browser.keyrack.world().now(), &client);
    }
    parts.extensions.insert(Visit { caller, client });
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    let running = next.run(Request::from_parts(parts, body));
    let mut response = if reads {
        running.await
    } else {
        // A change runs to its end even when the browser goes away meanwhile.
        browser.changes.spawn(request_id::carry(running)).await.unwrap_or_else(|_| {
            plain(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong inside the server; its log says what.\n")
        })
    };
    secure(response.headers_mut());
    response
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
