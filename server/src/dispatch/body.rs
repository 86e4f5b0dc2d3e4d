//! What a POST brings, in bounded memory and time.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderMap, header};
use keyrack_domain::bounds::http::{ARRIVAL, DISCARDED, PARAMETERS};
use keyrack_wire as wire;

use super::error::ApiError;
use keyrack_wire::multipart::{Broken, Event, Parser};

/// Reads a body of parameters, of so many bytes at most.
///
/// # Errors
/// [`ApiError`] when it is too large, too slow, broken off, encoded, or of a kind that holds no parameters.
pub async fn parameters(headers: &HeaderMap, body: Body, largest: usize) -> Result<wire::Body, ApiError> {
    check_encoding(headers)?;
    let bytes = tokio::time::timeout(ARRIVAL, read(body, largest))
        .await
        .map_err(|_| ApiError::Request("the body did not arrive in time".into()))??;
    if bytes.is_empty() {
        return Ok(wire::Body::nothing());
    }
    // Clients that do not say what they send, send a form.
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Ok(wire::Body::Form(bytes)) };
    let essence = kind.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let is = |name: &str| essence.eq_ignore_ascii_case(name.as_bytes());
    if is("application/x-www-form-urlencoded") {
        Ok(wire::Body::Form(bytes))
    } else if is("application/json") {
        Ok(wire::Body::Json(bytes))
    } else if is("multipart/form-data") {
        fields(kind.as_bytes(), &bytes).map(wire::Body::Multipart)
    } else {
        Err(ApiError::Request(
            "the body has to be a form (Content-Type: application/x-www-form-urlencoded or multipart/form-data) or JSON \
             (application/json)"
                .into(),
        ))
    }
}

/// Whether the body comes as it is. What is compressed is not unpacked: a few bytes of it can be a great many.
///
/// # Errors
/// [`ApiError::Encoded`], with the encoding's name.
pub fn check_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    let given = |name| headers.get_all(name).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let other_than =
        |plain: &'static [u8]| move |coding: &&[u8]| !coding.is_empty() && !coding.eq_ignore_ascii_case(plain);
    let content = given(header::CONTENT_ENCODING).map(<[u8]>::trim_ascii).find(other_than(b"identity"));
    let transfer = || given(header::TRANSFER_ENCODING).map(<[u8]>::trim_ascii).find(other_than(b"chunked"));
    match content.or_else(transfer) {
        None => Ok(()),
        Some(coding) => {
            let fit =
                coding.len() <= 32 && coding.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
            let name = if fit { String::from_utf8_lossy(coding).into_owned() } else { "?".to_owned() };
            Err(ApiError::Encoded(name))
        }
    }
}

/// Takes a multipart form apart.
///
/// # Errors
/// [`ApiError`] when it has no boundary, breaks off, or holds a part without a name.
pub fn fields(kind: &[u8], body: &[u8]) -> Result<Vec<(String, Bytes)>, ApiError> {
    let mut parser = Parser::new(kind)?;
    parser.push(body);
    let mut fields = Vec::new();
    let (mut name, mut value) = (String::new(), Bytes::new());
    loop {
        match parser.take()?.ok_or(Broken::Form)? {
            Event::Part(head) => name = head.name,
            // The whole form is there, so that a content is one piece.
            Event::Content(content) => value = content,
            Event::PartEnd => fields.push((std::mem::take(&mut name), std::mem::take(&mut value))),
            Event::End => return Ok(fields),
        }
        if fields.len() > PARAMETERS {
            return Ok(fields);
        }
    }
}

async fn read(body: Body, largest: usize) -> Result<Bytes, ApiError> {
    let mut frames = body.into_data_stream();
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = frames.next().await {
        let frame = frame.map_err(|_| ApiError::Request("the body broke off".into()))?;
        length += frame.len();
        if length > largest + DISCARDED {
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
        return Err(ApiError::too_large(format!("the body is larger than {} KiB", largest >> 10)));
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use keyrack_wire::Pairs;

    proptest! {
        /// The same parameters are read the same, whether they come in the query or in a multipart form.
        #[test]
        fn a_multipart_form_says_the_same_as_a_query(pairs in proptest::collection::vec(("[a-zA-Z]{1,8}", "[^\0]{0,40}"), 0..12)) {
            let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let expected = Pairs::read(text.as_bytes(), &wire::Body::nothing()).unwrap();
            // Longer than any value, so that none holds it.
            let boundary = "b".repeat(60);
            let mut body = String::new();
            for (name, value) in &pairs {
                body.push_str(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
            }
            body.push_str(&format!("--{boundary}--\r\n"));
            let kind = format!("multipart/form-data; boundary={boundary}; charset=UTF-8");
            let parts = fields(kind.as_bytes(), body.as_bytes()).unwrap();
            prop_assert_eq!(&Pairs::read(b"", &wire::Body::Multipart(parts)).unwrap(), &expected);
        }
    }
}
