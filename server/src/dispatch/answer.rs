//! What a method answers when it did what was asked.

use bytes::Bytes;
use keyrack_wire::drop_nulls;
use serde::Serialize;

use super::error::ApiError;

/// A success, ready for the wire: the envelope with `"result":0` and without `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer(Bytes);

impl Answer {
    /// Exactly `{"result":0}`.
    pub fn done() -> Answer {
        Answer(Bytes::from_static(br#"{"result":0}"#))
    }

    /// `{"result":0,…}` with the fields of an object. Fields that are null are left out, at any depth, as the platform
    /// does.
    ///
    /// # Errors
    /// [`Error::Internal`](keyrack_domain::Error::Internal) when the value is no object or cannot be written: a defect.
    pub fn object(fields: impl Serialize) -> Result<Answer, ApiError> {
        let mut fields = serde_json::to_value(fields).map_err(keyrack_domain::Error::internal)?;
        drop_nulls(&mut fields);
        Answer::written(&fields)
    }

    /// As [`object`](Answer::object), for a type that leaves its empty fields out by itself: one pass, no copy.
    ///
    /// # Errors
    /// As [`object`](Answer::object).
    pub fn written(fields: &impl Serialize) -> Result<Answer, ApiError> {
        let text = keyrack_wire::envelope(fields).map_err(keyrack_domain::Error::internal)?;
        Ok(Answer(text.into()))
    }

    /// The bytes of the body.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(answer: Answer) -> String {
        String::from_utf8(answer.into_bytes().to_vec()).unwrap()
    }

    #[test]
    fn an_object_is_put_into_the_envelope_without_its_nulls() {
        assert_eq!(text(Answer::done()), r#"{"result":0}"#);
        assert_eq!(text(Answer::object(json!({})).unwrap()), r#"{"result":0}"#);
        let answer = Answer::object(json!({"a": null, "list": [{"b": null, "c": 1}, null]})).unwrap();
        assert_eq!(text(answer), r#"{"result":0,"list":[{"c":1},null]}"#);
    }

    #[test]
    fn what_is_no_object_is_a_defect() {
        assert!(Answer::object(json!([1])).is_err());
        assert!(Answer::object(json!("{")).is_err());
    }
}
