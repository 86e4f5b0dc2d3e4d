//! Signatures of requests between servers, as headers.

use axum::body::Body;
use axum::response::IntoResponse;
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use keyrack_domain::Keyrack;
use keyrack_domain::cluster::{Signature, SignedRequest};

const FROM: HeaderName = HeaderName::from_static("x-keyrack-from");
const TO: HeaderName = HeaderName::from_static("x-keyrack-to");
const AT: HeaderName = HeaderName::from_static("x-keyrack-at");
const NONCE: HeaderName = HeaderName::from_static("x-keyrack-nonce");
const SIGNATURE: HeaderName = HeaderName::from_static("x-keyrack-signature");
pub const CLIENT: HeaderName = HeaderName::from_static("x-keyrack-client");
pub const AGENT: HeaderName = HeaderName::from_static("x-keyrack-agent");
pub const FILE: HeaderName = HeaderName::from_static("x-keyrack-file");

/// Writes who signed and the signature.
pub fn write(signature: &Signature, headers: &mut HeaderMap) -> http::Result<()> {
    headers.insert(FROM, HeaderValue::from_str(&signature.from)?);
    headers.insert(TO, HeaderValue::from_str(&signature.to)?);
    headers.insert(AT, HeaderValue::from(signature.at));
    headers.insert(NONCE, HeaderValue::from_str(&signature.nonce)?);
    headers.insert(SIGNATURE, HeaderValue::from_str(&signature.signature)?);
    Ok(())
}

/// Writes the signed parts that are nowhere else in the request.
pub fn write_signed(signed: &SignedRequest<'_>, headers: &mut HeaderMap) -> http::Result<()> {
    for (name, value) in [(CLIENT, signed.client), (AGENT, signed.agent), (FILE, signed.file)] {
        if !value.is_empty() {
            headers.insert(name, HeaderValue::from_str(value)?);
        }
    }
    Ok(())
}

/// The text of a header; empty when there is none.
pub fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether a request says that it is for this server.
pub fn is_for(keyrack: &Keyrack, headers: &HeaderMap) -> bool {
    keyrack.core.server_id().is_some_and(|me| me.as_str() == text(headers, &TO))
}

/// Accepts a request that another server signed with this body and that comes for the first time. For all others the route
/// does not exist.
pub async fn check(keyrack: &Keyrack, parts: &Parts, body: &[u8]) -> Result<(), Response<Body>> {
    let Ok(at) = text(&parts.headers, &AT).parse() else { return Err(nothing()) };
    if parts.method != Method::POST {
        return Err(nothing());
    }
    let signature = Signature {
        from: text(&parts.headers, &FROM).to_owned(),
        to: text(&parts.headers, &TO).to_owned(),
        at,
        nonce: text(&parts.headers, &NONCE).to_owned(),
        signature: text(&parts.headers, &SIGNATURE).to_owned(),
    };
    let credential = credential(&parts.headers);
    let signed = SignedRequest {
        door: parts.uri.path_and_query().map_or("/", |path| path.as_str()),
        client: text(&parts.headers, &CLIENT),
        agent: text(&parts.headers, &AGENT),
        credential: &credential,
        file: text(&parts.headers, &FILE),
        body,
    };
    match keyrack.core.verify_request(&signed, &signature).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(nothing()),
        Err(_) => Err(StatusCode::SERVICE_UNAVAILABLE.into_response()),
    }
}

/// The response of a route that does not exist.
pub fn nothing() -> Response<Body> {
    StatusCode::NOT_FOUND.into_response()
}

/// The client's credential, of an API call or a page.
pub fn credential(headers: &HeaderMap) -> Vec<u8> {
    let mut all = Vec::new();
    for value in headers.get_all(header::AUTHORIZATION).iter().chain(headers.get_all(header::COOKIE)) {
        all.extend_from_slice(value.as_bytes());
        all.push(b'\n');
    }
    all
}
