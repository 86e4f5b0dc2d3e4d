//! A manifest's text as values: JSON or YAML, with mappings in the order in which they were written.
//!
//! The order matters, because a mapping of actions is executed from its first to its last.

use std::collections::HashSet;

use keyrack_wire::{json, yaml};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_types::bounds::counts::MANIFEST_KEY;
use keyrack_types::bounds::nesting;

/// The longest text of a manifest, in bytes.
pub const TEXT_LIMIT: usize = 256 * 1024;

/// How much a text can stand for.
const SIZE: yaml::Size = yaml::Size { depth: nesting::MANIFEST, values: 20_000, bytes: 2 * TEXT_LIMIT };

/// A value of a manifest.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Document>),
    /// As written, each key once.
    Mapping(Vec<(String, Document)>),
}

/// What a text stands for.
#[derive(Default)]
struct Size {
    values: usize,
    /// Of all texts.
    bytes: usize,
}

impl Document {
    /// Reads JSON (when it begins with a brace) or YAML.
    ///
    /// # Errors
    /// [`Error::Invalid`]: a URL, which nobody fetches here, what is too large, what is neither.
    pub fn read(text: &str) -> Result<Document> {
        let text = text.trim_start_matches('\u{feff}');
        let invalid = |why: String| Error::invalid(field::App::Manifest, why);
        if is_url(text) {
            return Err(invalid("it has to be the manifest's text: this server fetches no URLs".into()));
        }
        if text.len() > TEXT_LIMIT {
            return Err(invalid(format!("a manifest is at most {TEXT_LIMIT} bytes; this one is {}", text.len())));
        }
        let document: Document = if text.trim_start().starts_with('{') {
            json::read(text).map_err(|error| invalid(format!("it is not JSON: {error}")))?
        } else {
            let mut options = SIZE.options();
            (options.strict_booleans, options.leading_zero_numbers_as_strings) = (true, true);
            SIZE.read(text, options).map_err(|why| invalid(format!("it is not YAML: {why}")))?
        };
        document.measure(1, &mut Size::default()).map_err(invalid)?;
        match document {
            Document::Mapping(_) => Ok(document),
            _ => Err(invalid("it has to be a mapping: type, name and so on".into())),
        }
    }

    fn measure(&self, depth: usize, size: &mut Size) -> Result<(), String> {
        size.values += 1;
        if let Document::Text(text) = self {
            size.bytes += text.len();
        }
        if depth > SIZE.depth {
            return Err(format!("its values are more than {} levels deep", SIZE.depth));
        }
        if size.values > SIZE.values || size.bytes > SIZE.bytes {
            return Err(format!("it stands for more than {} values or {} bytes of text", SIZE.values, SIZE.bytes));
        }
        match self {
            Document::List(items) => items.iter().try_for_each(|item| item.measure(depth + 1, size)),
            Document::Mapping(pairs) => pairs.iter().try_for_each(|(key, value)| {
                if key.len() > MANIFEST_KEY {
                    return Err(format!("a key can have {MANIFEST_KEY} bytes; one of these has {}", key.len()));
                }
                value.measure(depth + 1, size)
            }),
            _ => Ok(()),
        }
    }

    /// The value under a key, in any case; what is null is not there.
    pub fn get(&self, key: &str) -> Option<&Document> {
        let Document::Mapping(pairs) = self else { return None };
        let found = pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value).filter(|value| **value != Document::Null)
    }

    /// The text of a scalar; numbers and flags as they are written in JSON.
    pub fn scalar(&self) -> Option<String> {
        match self {
            Document::Text(text) => Some(text.clone()),
            Document::Number(number) => Some(number.to_string()),
            Document::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// As JSON, a scalar as a text, also where YAML sees a number in it: `tag: 8`.
    pub fn as_text(&self) -> Value {
        self.scalar().map_or_else(|| self.to_json(), Value::String)
    }

    /// As JSON; mappings lose their order.
    pub fn to_json(&self) -> Value {
        match self {
            Document::Null => Value::Null,
            Document::Bool(flag) => Value::Bool(*flag),
            Document::Number(number) => Value::Number(number.clone()),
            Document::Text(text) => Value::String(text.clone()),
            Document::List(items) => Value::Array(items.iter().map(Document::to_json).collect()),
            Document::Mapping(pairs) => {
                Value::Object(pairs.iter().map(|(key, value)| (key.clone(), value.to_json())).collect::<Map<_, _>>())
            }
        }
    }
}

/// Whether somebody gave the address of a manifest in the place of its text.
fn is_url(text: &str) -> bool {
    let text = text.trim();
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    !text.contains(char::is_whitespace) && scheme.is_some_and(|scheme| scheme.chars().all(char::is_alphanumeric))
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_any(DocumentVisitor)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_none<E>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        Document::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Document, E> {
        Ok(Document::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Document, E> {
        Ok(Document::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Document, E> {
        Ok(Document::Number(number.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Document, E> {
        Number::from_f64(number).map(Document::Number).ok_or_else(|| E::custom("a number has to be finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Document, E> {
        Ok(Document::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Document, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Document::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Document, A::Error> {
        let mut pairs: Vec<(String, Document)> = Vec::new();
        let mut seen = HashSet::new();
        while let Some((key, value)) = entries.next_entry::<Document, Document>()? {
            let Some(key) = key.scalar() else { return Err(A::Error::custom("a key has to be a text")) };
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!("the key “{key}” is there twice")));
            }
            pairs.push((key, value));
        }
        Ok(Document::Mapping(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Document, String> {
        Document::read(text).map_err(|error| error.to_string())
    }

    #[test]
    fn yaml_and_json_are_the_same_in_the_order_of_the_text() {
        let yaml = read("type: install\nz: 1\na: [true, null]\nn: 012\nv: yes\ntext: ${settings.x}\n").unwrap();
        let json = r#"{"type":"install","z":1,"a":[true,null],"n":"012","v":"yes","text":"${settings.x}"}"#;
        assert_eq!(yaml, read(json).unwrap());
        let Document::Mapping(pairs) = yaml else { panic!() };
        assert_eq!(pairs.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["type", "z", "a", "n", "v", "text"]);
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_its_reason() {
        for (text, part) in [
            ("https://example.com/manifest.jps", "fetches no URLs"),
            ("file:///etc/passwd", "fetches no URLs"),
            ("a: 1\na: 2", "duplicate"),
            (r#"{"a":1,"a":2}"#, "twice"),
            ("a: [1", "not YAML"),
            (r#"{"a":"#, "not JSON"),
            ("a: 1\n---\nb: 2", "not YAML"),
            ("- a\n- b", "has to be a mapping"),
            ("", "has to be a mapping"),
            ("? [a, b]\n: 1", "key"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(read(&format!("a: {}", "x".repeat(TEXT_LIMIT))).is_err());
    }

    #[test]
    fn aliases_of_aliases_stop_before_they_have_become_large() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert!(read(&bomb).is_err());
        let wide = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 99].join(", "));
        assert!(read(&wide).is_err());
        assert!(read("base: &base {count: 1}\nnodes: [*base, *base]").is_ok());
    }

    #[test]
    fn what_is_deep_or_has_too_many_values_is_refused() {
        let flow = format!("a: {}{}", "[".repeat(5000), "]".repeat(5000));
        let block: String = (0..5000).map(|depth| format!("{}a:\n", " ".repeat(depth % 100))).collect();
        let json = format!("{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100));
        let many = format!("a: [{}]", "1,".repeat(25_000));
        for text in [flow, block, json, many] {
            assert!(read(&text).is_err());
        }
        let nested = |levels: usize| format!("a: {}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&nested(31)).is_ok());
        let error = read(&nested(32)).unwrap_err();
        assert!(error.contains("at most 32 levels"), "{error}");
        let error = read(&format!("actions: {{{}: {{log: a}}}}", "x".repeat(257))).unwrap_err();
        assert!(error.contains("a key can have 256 bytes; one of these has 257"), "{error}");
    }
}
