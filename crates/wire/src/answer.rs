//! What a method answers when it did what was asked.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use keyrack_types::dates::wire_moment;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// `{"result":0,…}` with the fields of what is answered, in one pass.
///
/// # Errors
/// When it cannot be written or is no object: a defect.
pub fn envelope(fields: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    const START: &[u8] = br#"{"result":0"#;
    let mut text = Vec::with_capacity(256);
    text.extend_from_slice(START);
    serde_json::to_writer(&mut text, fields)?;
    // The object goes on where `{"result":0` stopped: its brace becomes the comma.
    match &mut text[START.len()..] {
        [b'{', b'}'] => drop(text.remove(START.len())),
        [first @ b'{', ..] => *first = b',',
        _ => return Err(serde::ser::Error::custom("an answer has to be an object")),
    }
    Ok(text)
}

/// That it was done, and nothing else.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Done {}

/// An answer with one value under `object`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Object<T> {
    pub object: T,
}

/// A moment in UTC, as the wire writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Moment {
    fn from(moment: DateTime<Utc>) -> Moment {
        Moment(moment)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&wire_moment(self.0))
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$",
            "examples": ["2026-11-24 10:00:00"],
        })
    }
}

/// JSON as a client gave it, without fields that are null, at any depth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AnyJson(Value);

impl From<Value> for AnyJson {
    fn from(mut value: Value) -> AnyJson {
        drop_nulls(&mut value);
        AnyJson(value)
    }
}

impl JsonSchema for AnyJson {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "AnyJson".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }
}

/// Takes fields that are null away, at any depth, as the platform does.
pub fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// A value whose fields are written in the order of their names, at any depth, wherever they are declared.
#[derive(Debug)]
pub struct Sorted<T>(pub T);

impl<T: Serialize> Serialize for Sorted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::to_value(&self.0).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Sorted<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
