//! Where a call carries its credential: `Authorization: Bearer`, `session=`, or `token=`. Never in a cookie.

use std::borrow::Cow;

use http::request::Parts;
use http::{HeaderMap, header};
use keyrack_domain::secret::{Shape, shape};
use keyrack_domain::{Credential, Error};

use super::error::ApiError;
use super::hint::Slip;
use keyrack_wire::Pairs;

/// The one credential of a call, as it came.
///
/// # Errors
/// [`ApiError::NoCredential`], or [`ApiError::TwoCredentials`] when different ones came.
pub fn presented<'a>(headers: &'a HeaderMap, pairs: &'a Pairs) -> Result<Cow<'a, str>, ApiError> {
    let mut found = bearers(headers)
        .chain(pairs.credentials().map(str::trim).map(Cow::from))
        .chain(slips(headers))
        .filter(|one| !one.is_empty());
    let first = found.next().ok_or(ApiError::NoCredential)?;
    if found.any(|other| other != first) {
        return Err(ApiError::TwoCredentials);
    }
    Ok(first)
}

/// Whether a credential came in the address of the request.
pub fn came_in_url(parts: &Parts) -> bool {
    let Some(query) = parts.uri.query() else { return false };
    // A query that cannot be read is refused for that.
    Pairs::read(query.as_bytes(), &keyrack_wire::Body::nothing())
        .is_ok_and(|pairs| pairs.credentials().next().is_some())
}

/// What follows `Bearer`, in any case. Other schemes are not ours: a proxy may use them for itself.
fn bearers(headers: &HeaderMap) -> impl Iterator<Item = Cow<'_, str>> {
    headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| {
        let (scheme, rest) = value.as_bytes().split_at_checked(7)?;
        scheme.eq_ignore_ascii_case(b"bearer ").then(|| match String::from_utf8_lossy(rest) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text),
        })
    })
}

/// Headers without the word Bearer that hold what looks like a token, but for a slip, which the answer explains.
fn slips(headers: &HeaderMap) -> impl Iterator<Item = Cow<'_, str>> {
    let all = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| value.to_str().ok());
    let all = all.filter(|text| !text.get(..7).is_some_and(|begin| begin.eq_ignore_ascii_case("bearer ")));
    all.filter(|text| text.contains("krp_") && shape(text) == Shape::Noise).map(Cow::from)
}

/// Explains what is wrong with a credential that was written wrongly.
pub fn explain(error: Error, credential: &str) -> ApiError {
    match (&error, Slip::of(credential)) {
        (Error::NotAuthenticated(Credential::Unknown), Some(slip)) if shape(credential) == Shape::Noise => {
            ApiError::Slip(slip)
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn look(headers: &[&'static str], query: &str) -> Result<String, String> {
        let mut map = HeaderMap::new();
        for value in headers {
            map.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        let pairs = Pairs::read(query.as_bytes(), &keyrack_wire::Body::nothing()).unwrap();
        presented(&map, &pairs).map(Cow::into_owned).map_err(|error| error.text())
    }

    #[test]
    fn it_is_found_in_all_three_places() {
        for (headers, query) in [
            (&["Bearer abc"] as &[_], ""),
            (&["bearer  abc "], ""),
            (&["Basic eA==", "BEARER abc"], ""),
            (&[], "session=abc"),
            (&[], "SESSION=+abc"),
            (&[], "Token=abc"),
            (&["Bearer abc"], "session=abc&token=abc&session="),
        ] {
            assert_eq!(look(headers, query).as_deref(), Ok("abc"), "{headers:?} {query}");
        }
    }

    #[test]
    fn none_and_two_different_ones_are_refused() {
        for headers in [&[] as &[_], &["Basic eA=="], &["Bearer"], &["Bearer "]] {
            assert!(look(headers, "session=").unwrap_err().starts_with("invalid parameter [session]: a session"));
        }
        for (headers, query) in
            [(&["Bearer abc"] as &[_], "session=abd"), (&[], "session=abc&token=abd"), (&["Bearer a", "Bearer b"], "")]
        {
            assert!(look(headers, query).unwrap_err().contains("two different credentials"), "{headers:?} {query}");
        }
    }
}
