//! What the headers of every answer say, and what scripts of other sites may send and read. Any site may call: a credential is never sent by the browser itself here.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use crate::http::headers::NO_CONTENT_POLICY;

/// What they may send: what a call needs, and what libraries and tracing add by themselves. Not everything: headers that
/// only a proxy may write (`X-Forwarded-For`) must not come from a page.
const ALLOWED: &str = "authorization, content-type, cache-control, pragma, x-requested-with, x-request-id, \
    x-correlation-id, request-id, traceparent, tracestate, baggage, sentry-trace, b3, x-b3-traceid, x-b3-spanid, \
    x-b3-parentspanid, x-b3-sampled, x-b3-flags, x-datadog-trace-id, x-datadog-parent-id, x-datadog-origin, \
    x-datadog-sampling-priority, x-datadog-tags, elastic-apm-traceparent, newrelic, uber-trace-id, x-amzn-trace-id, \
    x-cloud-trace-context";
/// What they may read besides what browsers let them read anyway.
pub const EXPOSED: &str = "x-request-id, retry-after, www-authenticate";

/// Browsers ask first before a script of another site may send such headers.
pub fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    everywhere(headers);
    response
}

/// Lets any site read an answer, and the headers of it that it may need.
pub fn readable(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// What every answer says.
pub fn everywhere(headers: &mut HeaderMap) {
    readable(headers);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, NO_CONTENT_POLICY);
}
