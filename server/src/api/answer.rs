//! What a method answers when it did what was asked.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

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
        const START: &[u8] = br#"{"result":0"#;
        let mut text = Vec::with_capacity(256);
        text.extend_from_slice(START);
        serde_json::to_writer(&mut text, fields).map_err(keyrack_domain::Error::internal)?;
        // The object goes on where `{"result":0` stopped: its brace becomes the comma.
        match &mut text[START.len()..] {
            [b'{', b'}'] => drop(text.remove(START.len())),
            [first @ b'{', ..] => *first = b',',
            _ => return Err(keyrack_domain::Error::internal("an answer has to be an object").into()),
        }
        Ok(Answer(text.into()))
    }

    /// The bytes of the body.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
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
