//! What a POST brings, in bounded memory and time.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderMap, header};
pub use keyrack_wire::Sent;

use super::error::ApiError;
use super::params::MOST_PARAMETERS;

/// The largest body, in bytes. The largest parameter that clients send is the `nodes` of CreateEnvironment.
pub const LARGEST: usize = 1 << 20;
/// The largest body of a call that another server passes on: what a client wrote in fewer bytes comes as a form, which takes up
/// to three for one.
pub const LARGEST_PASSED_ON: usize = 4 << 20;
/// So much more is read and thrown away, so that a client that is still sending gets to read the answer.
pub const THROWN_AWAY: usize = 32 << 20;
/// A client that is slower than this is not waited for.
pub const IN_TIME: Duration = Duration::from_secs(20);

/// Reads the body, of so many bytes at most.
///
/// # Errors
/// [`ApiError::Request`] when it is too large, too slow, broken off, or of a kind that holds no parameters.
pub async fn sent(headers: &HeaderMap, body: Body, largest: usize) -> Result<Sent, ApiError> {
    let bytes = tokio::time::timeout(IN_TIME, read(body, largest))
        .await
        .map_err(|_| ApiError::Request("the body did not arrive in time".into()))??;
    if bytes.is_empty() {
        return Ok(Sent::nothing());
    }
    // Clients that do not say what they send, send a form.
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Ok(Sent::Form(bytes)) };
    let essence = kind.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let is = |name: &str| essence.eq_ignore_ascii_case(name.as_bytes());
    if is("application/x-www-form-urlencoded") {
        Ok(Sent::Form(bytes))
    } else if is("application/json") {
        Ok(Sent::Json(bytes))
    } else if is("multipart/form-data") {
        fields(kind.to_str().unwrap_or_default(), bytes).await.map(Sent::Multipart)
    } else {
        Err(ApiError::Request(
            "the body has to be a form (Content-Type: application/x-www-form-urlencoded or multipart/form-data) or JSON \
             (application/json)"
                .into(),
        ))
    }
}

/// Takes a multipart form apart.
///
/// # Errors
/// [`ApiError::Request`] when it has no boundary, breaks off, or holds a part without a name.
pub async fn fields(kind: &str, body: Bytes) -> Result<Vec<(String, Bytes)>, ApiError> {
    // The library's own texts may repeat what was sent.
    let broken = |_| ApiError::Request("the multipart form cannot be read: a part or the boundary is broken".into());
    let boundary = multer::parse_boundary(kind)
        .map_err(|_| ApiError::Request("the multipart form has no boundary in its Content-Type".into()))?;
    let mut form = multer::Multipart::new(futures::stream::iter([Ok::<_, Infallible>(body)]), boundary);
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().map(str::to_owned);
        let name = name.ok_or_else(|| ApiError::Request("a part of the multipart form has no name".into()))?;
        fields.push((name, field.bytes().await.map_err(broken)?));
        if fields.len() > MOST_PARAMETERS {
            break;
        }
    }
    Ok(fields)
}

async fn read(body: Body, largest: usize) -> Result<Bytes, ApiError> {
    let mut frames = body.into_data_stream();
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = frames.next().await {
        let frame = frame.map_err(|_| ApiError::Request("the body broke off".into()))?;
        length += frame.len();
        if length > largest + THROWN_AWAY {
            break;
        }
        if length > largest {
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
    if length > largest {
        return Err(ApiError::Request(format!("the body is larger than {} KiB", largest >> 10).into()));
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::params::Pairs;

    proptest! {
        /// The same parameters are read the same, whether they come in the query or in a multipart form.
        #[test]
        fn a_multipart_form_says_the_same_as_a_query(pairs in proptest::collection::vec(("[a-zA-Z]{1,8}", "[^\0]{0,40}"), 0..12)) {
            let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let expected = Pairs::read(text.as_bytes(), &Sent::nothing()).unwrap();
            // Longer than any value, so that none holds it.
            let boundary = "b".repeat(60);
            let mut body = String::new();
            for (name, value) in &pairs {
                body.push_str(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
            }
            body.push_str(&format!("--{boundary}--\r\n"));
            let kind = format!("multipart/form-data; boundary={boundary}; charset=UTF-8");
            let parts = futures::executor::block_on(fields(&kind, body.into())).unwrap();
            prop_assert_eq!(&Pairs::read(b"", &Sent::Multipart(parts)).unwrap(), &expected);
        }
    }
}
