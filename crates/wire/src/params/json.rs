//! Parameters as the fields of a JSON object.

use std::fmt;

use keyrack_types::bounds::nesting;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::Refusal;
use keyrack_types::nesting::of_json;

/// Reads `{"name":value,…}`: a text is the value itself, `null` is absent, and everything else is its JSON text, which
/// is what a parameter takes that is a number, yes or no, a list, or JSON. A repeated name comes twice.
///
/// # Errors
/// [`Refusal`] for what is no JSON object, or nests too deep.
pub fn object(text: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    // The object that holds the parameters is a level of its own.
    if of_json(text) > nesting::JSON + 1 {
        return Err(Refusal::too_large(format!("the body nests deeper than {} levels", nesting::JSON + 1)));
    }
    let Fields(fields) = serde_json::from_slice(text).map_err(|error| {
        // The parser's own text may repeat what was sent.
        let (line, column) = (error.line(), error.column());
        let what = if error.is_data() { "the body has to be a JSON object" } else { "the body is not JSON" };
        Refusal::Request(format!("{what} (line {line} column {column})").into())
    })?;
    fields.into_iter().map(|(name, value)| Ok((name, plain(&value)?))).collect()
}

fn plain(value: &RawValue) -> Result<String, Refusal> {
    match value.get() {
        "null" => Ok(String::new()),
        text if text.starts_with('"') => serde_json::from_str(text)
            .map_err(|_| Refusal::Request("the body is not JSON: a text holds half a character".into())),
        other => Ok(other.to_owned()),
    }
}

/// The fields in their order, repeated ones too.
struct Fields(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fields, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
