//! The form that a POST brings, in bounded memory and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderMap, header};

use super::error::ApiError;

/// The largest form, in bytes. The largest parameter that clients send is the `nodes` of CreateEnvironment.
pub const LARGEST: usize = 1 << 20;
/// So much more is read and thrown away, so that a client that is still sending gets to read the answer.
const THROWN_AWAY: usize = 32 << 20;
/// A client that is slower than this is not waited for.
const IN_TIME: Duration = Duration::from_secs(20);

/// Reads the form.
///
/// # Errors
/// [`ApiError::Request`] when it is too large, too slow, broken off, or no form.
pub async fn form(headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let bytes = tokio::time::timeout(IN_TIME, read(body))
        .await
        .map_err(|_| ApiError::Request("the body did not arrive in time".into()))??;
    if bytes.is_empty() || is_form(headers) {
        return Ok(bytes);
    }
    Err(ApiError::Request("the body has to be a form (Content-Type: application/x-www-form-urlencoded)".into()))
}

async fn read(body: Body) -> Result<Bytes, ApiError> {
    let mut frames = body.into_data_stream();
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = frames.next().await {
        let frame = frame.map_err(|_| ApiError::Request("the body broke off".into()))?;
        length += frame.len();
        if length > LARGEST + THROWN_AWAY {
            break;
        }
        if length > LARGEST {
            continue;
        }
        // Most forms arrive in one piece, which is then not copied.
        match (first.is_empty(), all.is_empty()) {
            (true, true) => first = frame,
            (false, true) => {
                all.extend_from_slice(&first);
                all.extend_from_slice(&frame);
            }
            _ => all.extend_from_slice(&frame),
        }
    }
    if length > LARGEST {
        return Err(ApiError::Request(format!("the body is larger than {} KiB", LARGEST >> 10).into()));
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// Clients that do not say what they send, send a form.
fn is_form(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let kind = kind.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}
