//! Kinds of values that parameters have besides texts, numbers, flags and lists, which serde knows itself.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::params::{End, Ids, any_json, whole_number};
use crate::schema::KIND;

/// A text that must not be seen: a password, a token.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl Deref for Secret {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", (KIND): "secret" })
    }
}

/// JSON of some type, as the text of a parameter.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Json<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json<T>, D::Error> {
        let text = String::deserialize(deserializer)?;
        any_json(&text).map(Json).map_err(D::Error::custom)
    }
}

impl<T: JsonSchema> JsonSchema for Json<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Json_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<T>();
        // What takes any JSON takes an object or an array: another value is nothing that a client would send as JSON.
        if schema.as_bool().is_some() || schema.as_object().is_some_and(serde_json::Map::is_empty) {
            schema = json_schema!({ "type": ["object", "array"], "items": {}, "additionalProperties": true });
        }
        schema.insert(KIND.into(), "json".into());
        schema
    }
}

/// JSON whose text is read by who knows what it has to be; here only its form is looked at.
#[derive(Clone, Debug)]
pub struct JsonText(String);

impl Deref for JsonText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<JsonText, D::Error> {
        let text = String::deserialize(deserializer)?;
        any_json::<Value>(&text).map_err(D::Error::custom)?;
        Ok(JsonText(text))
    }
}

impl JsonSchema for JsonText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "JsonText".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Json::<Value>::json_schema(generator)
    }
}

/// How many things are asked for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Count(pub u32);

impl<'de> Deserialize<'de> for End {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<End, D::Error> {
        End::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for End {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "End".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?|never)$",
            (KIND): "moment",
        })
    }
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ids, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Ids;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of numbers, or *")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Ids, A::Error> {
                let (mut ids, mut refused, mut all) = (Vec::new(), None, false);
                while let Some(item) = items.next_element::<String>()? {
                    match whole_number(&item) {
                        _ if item == "*" => all = true,
                        Ok(id) => ids.push(id),
                        Err(problem) => refused = refused.or(Some(problem)),
                    }
                }
                match refused {
                    _ if all => Ok(Ids::All),
                    Some(problem) => Err(A::Error::custom(problem)),
                    None => Ok(Ids::These(ids)),
                }
            }
        }
        deserializer.deserialize_seq(Items)
    }
}

impl JsonSchema for Ids {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Ids".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "items": { "type": "string", "pattern": r"^(-?[0-9]{1,18}|\*)$" },
            (KIND): "ids",
        })
    }
}
