//! Errors for clients that read them from HTTP: a status, `WWW-Authenticate` (RFC 6750) and a problem (RFC 9457).
//!
//! Only for who asks with `Accept: application/problem+json`. All others get HTTP 200 and the envelope, as clients have
//! it that were written for the platform.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use keyrack_domain::denied::Denied;
use keyrack_domain::{Credential, Error};
use serde::Serialize;

use super::error::{ApiError, Code, redact};

/// The media type of a problem.
pub const PROBLEM: &str = "application/problem+json";

/// Whether the client asks for problems.
pub fn asked_for(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(PROBLEM));
        // `q=0`, with any number of zeros, means: not this.
        let refused = parts.any(|part| {
            let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            weight.is_some_and(|weight| weight.parse() == Ok(0.0))
        });
        named && !refused
    })
}

/// A problem as RFC 9457 has it; `result`, `error` and `source` are the envelope's.
#[derive(Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    result: i64,
    error: &'a str,
    source: &'a str,
}

/// The answer, without the headers that all answers have. `secrets` are redacted in its text.
pub fn response(error: &ApiError, secrets: &[&str]) -> Response<Body> {
    let (code, status) = (error.code(), status(error));
    let text = redact(error.text(), secrets);
    let problem = Problem {
        r#type: format!("/docs/api#code-{}", code.number()),
        title: code.meaning(),
        status: status.as_u16(),
        detail: &text,
        result: code.number(),
        error: &text,
        source: code.source(),
    };
    let body = serde_json::to_vec(&problem).expect("text and numbers can always be written");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    if let Some(challenge) = challenge(error, status) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    match error {
        ApiError::Verb => drop(headers.insert(header::ALLOW, HeaderValue::from_static("GET, POST"))),
        // RFC 9110 (section 12.5.3): says what would be taken.
        ApiError::Encoded(_) => {
            drop(headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")));
        }
        ApiError::PostOnly(_) => drop(headers.insert(header::ALLOW, HeaderValue::from_static("POST"))),
        _ => {}
    }
    if let Some(wait) = wait(error) {
        headers.insert(header::RETRY_AFTER, wait.into());
    }
    response
}

/// The HTTP status that says the most of what the code says.
fn status(error: &ApiError) -> StatusCode {
    match error {
        ApiError::NoCredential => return StatusCode::UNAUTHORIZED,
        ApiError::TooLarge { .. } => return StatusCode::PAYLOAD_TOO_LARGE,
        ApiError::Encoded(_) => return StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ApiError::Verb | ApiError::PostOnly(_) => return StatusCode::METHOD_NOT_ALLOWED,
        _ if wait(error).is_some() => return StatusCode::TOO_MANY_REQUESTS,
        _ => {}
    }
    status_of(error.code())
}

/// The status of a code, where nothing more is known.
pub const fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Parameter => StatusCode::BAD_REQUEST,
        Code::NotAuthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden | Code::NotGranted | Code::WrongSignIn | Code::WrongPassword => StatusCode::FORBIDDEN,
        Code::NotFound | Code::UnknownService | Code::UnknownMethod | Code::NoEnvironment => StatusCode::NOT_FOUND,
        Code::NotPermitted | Code::WrongState | Code::Limit | Code::DeployFailed | Code::NodeFailed => {
            StatusCode::CONFLICT
        }
        Code::RegistryLogin | Code::SshKeyExists | Code::SshKeyTitle => StatusCode::CONFLICT,
        Code::DamagedArchive | Code::EmptyArchive | Code::SshKey => StatusCode::UNPROCESSABLE_ENTITY,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Seconds after which trying again makes sense.
fn wait(error: &ApiError) -> Option<u32> {
    match error {
        ApiError::SignInThrottled { wait }
        | ApiError::Domain(Error::TooManyTries { wait } | Error::Denied(Denied::Rate { wait, .. })) => Some(*wait),
        _ => None,
    }
}

/// What RFC 6750 (section 3) has a server say about the credential.
fn challenge(error: &ApiError, status: StatusCode) -> Option<HeaderValue> {
    const REALM: &str = r#"Bearer realm="Keyrack""#;
    let text = match error {
        // A call without a credential learns that one is needed, and nothing else.
        ApiError::NoCredential => REALM.to_owned(),
        ApiError::NotGranted(method) => format!(r#"{REALM}, error="insufficient_scope", scope="{method}""#),
        ApiError::Slip(_) => {
            format!(r#"{REALM}, error="invalid_token", error_description="{}""#, Credential::Unknown)
        }
        ApiError::Domain(Error::NotAuthenticated(reason)) => {
            format!(r#"{REALM}, error="invalid_token", error_description="{reason}""#)
        }
        _ if error.code() == Code::Parameter && status.is_client_error() => {
            format!(r#"{REALM}, error="invalid_request""#)
        }
        _ => return None,
    };
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_for_by_its_name_alone() {
        let asked = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::ACCEPT, HeaderValue::from_static(value));
            }
            asked_for(&headers)
        };
        for values in [
            &["application/problem+json"] as &[_],
            &["application/json, Application/Problem+JSON;q=0.9"],
            &["text/html", "application/problem+json; charset=utf-8"],
        ] {
            assert!(asked(values), "{values:?}");
        }
        for values in [
            &[] as &[_],
            &["*/*"],
            &["application/*"],
            &["application/json"],
            &["application/problem+json;q=0"],
            &["application/problem+json; q=0.000, */*"],
            &["application/problem+jsonx"],
        ] {
            assert!(!asked(values), "{values:?}");
        }
    }

    #[test]
    fn what_failed_is_never_called_a_success() {
        for code in Code::ALL {
            assert!(status_of(code).is_client_error() || status_of(code).is_server_error(), "{code:?}");
        }
    }
}
