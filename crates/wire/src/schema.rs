//! What a type's schema says: the parameters of a method, the example of an answer.

use std::fmt::Display;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value, json};

use crate::{Kind, Param};

/// Which kind of value a schema is of, where its type alone does not say it.
pub(crate) const KIND: &str = "x-kind";
/// Other names of a parameter: `#[schemars(extend("x-aliases" = ["nodes"]))]`.
const ALIASES: &str = "x-aliases";
/// That an example of a call shows a parameter although it may be left out: `#[schemars(extend("x-shown" = true))]`.
const SHOWN: &str = "x-shown";

/// The first paragraph of a type's documentation, in one line.
pub fn describe<T: JsonSchema>() -> String {
    let schema = inlined(SchemaSettings::draft2020_12()).into_root_schema_for::<T>();
    summary(schema.get("description"))
}

/// The parameters that a type reads: one for each field, in their order.
///
/// # Panics
/// When the type is no struct with named fields, or no struct at all: a defect that the first test finds.
pub fn params_of<T: DeserializeOwned + JsonSchema>() -> Vec<Param> {
    let mut schema = inlined(SchemaSettings::draft2020_12()).into_root_schema_for::<T>();
    let required: Vec<_> = strings(schema.get("required"));
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return Vec::new() };
    // The names in a schema are sorted; serde has the fields as they are declared.
    let names = field_names::<T>();
    assert_eq!(names.len(), properties.len(), "{}: a field is read that its schema does not have", T::schema_name());
    let param = |name: &'static str| {
        let schema = properties.remove(name).unwrap_or_else(|| panic!("{}: no schema of {name}", T::schema_name()));
        param(name, required.iter().any(|required| required == name), schema)
    };
    names.iter().copied().map(param).collect()
}

fn param(name: &'static str, required: bool, mut schema: Value) -> Param {
    strip_null(&mut schema);
    let mut fields = match schema {
        Value::Object(fields) => fields,
        other => panic!("{name}: the schema is {other}"),
    };
    let mut take = |key: &str| fields.remove(key);
    let help = summary(take("description").as_ref());
    let example = take("examples").and_then(|examples| examples.get(0).map(as_sent)).unwrap_or_default();
    let aliases: Vec<&'static str> = strings(take(ALIASES).as_ref()).into_iter().map(leak).collect();
    let shown = required || take(SHOWN).is_some();
    let kind = take(KIND);
    // What is left out is what it was before, not this value: a generator would make the field required.
    take("default");
    let kind = match (kind.as_ref().and_then(Value::as_str), fields.get("type").and_then(Value::as_str)) {
        (Some("secret"), _) => Kind::Secret,
        (Some("moment"), _) => Kind::Moment,
        (Some("ids"), _) => Kind::Ids,
        (Some("json"), _) => Kind::Json,
        (_, Some("integer")) => Kind::Number,
        (_, Some("boolean")) => Kind::YesNo,
        (_, Some("array")) => Kind::List,
        _ => Kind::Text,
    };
    Param {
        name,
        kind,
        required,
        help: leak(help),
        example: leak(example),
        aliases: Vec::leak(aliases),
        shown,
        schema: Some(Box::leak(Box::new(Value::Object(fields)))),
    }
}

/// What lives as long as the program: the parameters of its methods, made once.
fn leak(text: String) -> &'static str {
    String::leak(text)
}

/// An example as a client writes it.
fn as_sent(example: &Value) -> String {
    match example {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_sent).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// The schema of an answer without what only this crate knows, and without `null` where a field is left out instead.
pub fn exact(schema: &mut Schema) {
    let mut transform = RecursiveTransform(|schema: &mut Schema| {
        schema.remove(KIND);
        // A list that is always empty has items of no type; generators of clients ask for one.
        if schema.get("type").is_some_and(|kind| kind == "array") && schema.get("items").is_none() {
            schema.insert("items".into(), json!({}));
        }
        let required = strings(schema.get("required"));
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for (_, property) in properties.iter_mut().filter(|(name, _)| !required.contains(name)) {
                strip_null(property);
            }
        }
    });
    transform.transform(schema);
}

/// An answer as it may look, with the envelope: made of the examples in its schema. Fields that may be left out are
/// there when their type or they themselves have an example.
pub fn example_of<T: JsonSchema + ?Sized>() -> String {
    let mut schema = inlined(SchemaSettings::draft2020_12().for_serialize()).into_root_schema_for::<T>();
    exact(&mut schema);
    let mut text = String::new();
    write_example(schema.as_value(), &mut text);
    match text.as_str() {
        "{}" => r#"{"result":0}"#.to_owned(),
        fields => format!(r#"{{"result":0,{}"#, fields.trim_start_matches('{')),
    }
}

fn write_example(schema: &Value, text: &mut String) {
    if let Some(example) = given_example(schema) {
        text.push_str(&example.to_string());
        return;
    }
    if let Some(Value::Object(properties)) = schema.get("properties") {
        let required = strings(schema.get("required"));
        let others = properties.iter().filter(|(name, schema)| !required.contains(name) && has_example(schema));
        let names = required.iter().chain(others.map(|(name, _)| name));
        text.push('{');
        for (at, name) in names.enumerate() {
            if at > 0 {
                text.push(',');
            }
            text.push_str(&json!(name).to_string());
            text.push(':');
            write_example(properties.get(name).unwrap_or(&Value::Null), text);
        }
        text.push('}');
        return;
    }
    if let Some(first) = ["anyOf", "oneOf", "allOf"].iter().find_map(|key| schema.get(key)?.get(0)) {
        return write_example(first, text);
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => {
            text.push('[');
            let items = schema.get("items").filter(|_| schema.get("maxItems") != Some(&json!(0)));
            if let Some(items) = items {
                write_example(items, text);
            }
            text.push(']');
        }
        Some("string") => text.push_str("\"…\""),
        Some("integer" | "number") => text.push('1'),
        Some("boolean") => text.push_str("false"),
        _ => text.push_str("{}"),
    }
}

/// The example that a schema itself has.
fn given_example(schema: &Value) -> Option<&Value> {
    let first = |key: &str| schema.get(key).and_then(|values| values.get(0));
    first("examples").or_else(|| schema.get("const")).or_else(|| first("enum"))
}

/// Whether an example is given somewhere in it.
fn has_example(schema: &Value) -> bool {
    let within = |schema: &Value| {
        let properties = schema.get("properties").and_then(Value::as_object);
        properties.is_some_and(|properties| properties.values().any(has_example))
            || schema.get("items").is_some_and(has_example)
    };
    given_example(schema).is_some() || within(schema)
}

/// A schema of what is there: without the `null` that an `Option` adds.
fn strip_null(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            fields.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = fields.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(choices)) = fields.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|one| one != "null"));
        if let [only] = choices.as_slice() {
            let only = only.clone();
            fields.remove("anyOf");
            merge(fields, only);
        }
    }
}

/// Adds what is not there yet.
fn merge(fields: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        for (name, value) in more {
            fields.entry(name).or_insert(value);
        }
    }
}

fn inlined(settings: SchemaSettings) -> schemars::SchemaGenerator {
    let settings = settings.with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    settings.into_generator()
}

/// The first paragraph in one line.
fn summary(description: Option<&Value>) -> String {
    let text = description.and_then(Value::as_str).unwrap_or_default();
    text.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn strings(values: Option<&Value>) -> Vec<String> {
    let values = values.and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The names of the fields that serde reads into a struct, in their order.
fn field_names<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(Fields) {
        Err(Names(names)) => names,
        Ok(_) => &[],
    }
}

/// Reads nothing, and answers what it is asked for.
struct Fields;

#[derive(Debug, thiserror::Error)]
#[error("these are the fields: {0:?}")]
struct Names(&'static [&'static str]);

impl serde::de::Error for Names {
    fn custom<T: Display>(_: T) -> Names {
        Names(&[])
    }
}

impl<'de> Deserializer<'de> for Fields {
    type Error = Names;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Names> {
        Err(Names(fields))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Names> {
        Err(Names(&[]))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
