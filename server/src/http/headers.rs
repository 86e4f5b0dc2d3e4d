//! Headers that no answer goes without, whichever door it comes from.

use axum::response::Response;
use http::{HeaderValue, header};

/// For what is no page: should a browser show it after all, it loads, runs and frames nothing.
pub const NO_CONTENT_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Adds what an answer does not say itself.
pub async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NO_CONTENT_POLICY);
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    response
}

/// Keeps browsers from coming without TLS for a year; only for a server that is reached by https.
pub fn only_tls(mut response: Response) -> Response {
    let policy = HeaderValue::from_static("max-age=31536000; includeSubDomains");
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, policy);
    response
}
