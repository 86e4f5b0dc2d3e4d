//! What the headers of an answer say of the token that called: when it ends, when its former value does, how its rate stands.
//! An answer to a token without any of it has none of these headers.

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use keyrack_domain::caller::{Caller, CallerCredential};
use keyrack_domain::rate::Quota;

use super::cors::EXPOSED;

/// When the token ends, as RFC 3339 has it; the first moment at which it is refused.
const TOKEN_EXPIRES: HeaderName = HeaderName::from_static("keyrack-token-expires");
/// When a value that was replaced is refused.
const SECRET_RETIRES: HeaderName = HeaderName::from_static("keyrack-secret-retires");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Adds what is to be said of the caller's token.
pub fn add(headers: &mut HeaderMap, caller: &Caller, quota: Option<Quota>) {
    let ends = caller.expires.filter(|_| matches!(caller.credential, CallerCredential::Token(_)));
    let retires = caller.overlap().map(|overlap| overlap.retires);
    if ends.is_none() && retires.is_none() && quota.is_none() {
        return;
    }
    for (name, moment) in [(TOKEN_EXPIRES, ends), (SECRET_RETIRES, retires)] {
        if let Some(value) = moment.and_then(rfc3339) {
            headers.insert(name, value);
        }
    }
    if let Some(Quota { limit, remaining, reset }) = quota {
        for (name, text) in [
            (RATE_LIMIT_POLICY, format!(r#""token";q={limit};w=60"#)),
            (RATE_LIMIT, format!(r#""token";r={remaining};t={reset}"#)),
        ] {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        }
    }
    let exposed = format!("{EXPOSED}, {TOKEN_EXPIRES}, {SECRET_RETIRES}, {RATE_LIMIT_POLICY}, {RATE_LIMIT}");
    if let Ok(value) = HeaderValue::try_from(exposed) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, value);
    }
}

fn rfc3339(moment: DateTime<Utc>) -> Option<HeaderValue> {
    HeaderValue::try_from(moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()).ok()
}
