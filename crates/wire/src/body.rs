//! What a POST brought.

use bytes::Bytes;

/// A body, by the way in which its parameters are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `application/x-www-form-urlencoded`
    Form(Bytes),
    /// `application/json`
    Json(Bytes),
    /// `multipart/form-data`, taken apart: names and values.
    Multipart(Vec<(String, Bytes)>),
}

impl Body {
    /// Nothing.
    pub const fn nothing() -> Body {
        Body::Form(Bytes::new())
    }
}
