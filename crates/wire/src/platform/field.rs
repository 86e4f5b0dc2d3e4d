//! Values inside JSON that a client wrote, with the way to each, so that a refusal can name it.

use std::collections::BTreeMap;
use std::fmt::Display;

use keyrack_types::bounds::nodes::{TEXT, VARIABLES, VARIABLES_SIZE};
use keyrack_types::topology::size_of;
use serde_json::Value;

use crate::{Refusal, json};

pub(super) type Result<T> = std::result::Result<T, Refusal>;

/// A value somewhere inside a parameter. What is `null` is not there.
pub struct Field<'a> {
    parameter: &'static str,
    /// `nodes[1].docker.image`
    path: String,
    value: Option<&'a Value>,
}

impl<'a> Field<'a> {
    /// The whole of a parameter.
    pub fn root(parameter: &'static str, value: &'a Value) -> Field<'a> {
        Field { parameter, path: parameter.to_owned(), value: Some(value).filter(|value| !value.is_null()) }
    }

    /// The value, if it is there.
    pub fn value(&self) -> Option<&'a Value> {
        self.value
    }

    /// The value under this key, which need not be there.
    pub fn at(&self, key: &str) -> Field<'a> {
        let value = self.value.and_then(|value| value.get(key)).filter(|value| !value.is_null());
        Field { parameter: self.parameter, path: format!("{}.{key}", self.path), value }
    }

    /// Whether there is a value under this key.
    pub fn has(&self, key: &str) -> bool {
        self.at(key).value.is_some()
    }

    /// The values of a list; a single object is a list of one.
    ///
    /// # Errors
    /// When it is something else.
    pub fn items(&self) -> Result<Vec<Field<'a>>> {
        match self.value {
            Some(Value::Array(values)) => Ok(values
                .iter()
                .enumerate()
                .filter(|(_, value)| !value.is_null())
                .map(|(index, value)| Field {
                    parameter: self.parameter,
                    path: format!("{}[{index}]", self.path),
                    value: Some(value),
                })
                .collect()),
            Some(object @ Value::Object(_)) => {
                Ok(vec![Field { parameter: self.parameter, path: self.path.clone(), value: Some(object) }])
            }
            Some(_) => Err(self.error("must be a list of objects")),
            None => Ok(Vec::new()),
        }
    }

    /// A refusal of this value.
    pub fn error(&self, why: impl Display) -> Refusal {
        Refusal::bad(self.parameter, format!("{}: {why}", self.path))
    }

    /// This value as a text that a node is given: not too long, without NUL; an empty one is absent.
    ///
    /// # Errors
    /// When it is something else.
    pub fn as_node_text(&self) -> Result<Option<String>> {
        let text = self.as_text()?;
        if let Some(text) = &text {
            self.check_node_text(text)?;
        }
        Ok(text)
    }

    /// Whether a node can be given this text, which is in this value.
    ///
    /// # Errors
    /// When it is too long, or holds a NUL.
    pub fn check_node_text(&self, text: &str) -> Result<()> {
        if text.len() > TEXT {
            return Err(self.error(format!("is longer than {TEXT} bytes")));
        }
        if text.contains('\0') {
            return Err(self.error("holds a NUL character"));
        }
        Ok(())
    }

    /// This value as variables by name: a flat object of texts. Values that are `null` are left out.
    ///
    /// # Errors
    /// When it is something else, or too much.
    pub fn as_variables(&self) -> Result<BTreeMap<String, String>> {
        let variables = match self.value {
            None => return Ok(BTreeMap::new()),
            Some(Value::Object(map)) => map,
            Some(_) => return Err(self.error("must be an object of texts")),
        };
        if variables.len() > VARIABLES {
            return Err(self.error(format!("holds more than {VARIABLES} variables")));
        }
        let mut read = BTreeMap::new();
        for name in variables.keys() {
            let variable = self.at(name);
            if !is_variable_name(name) {
                return Err(variable.error("is not the name of a variable: letters, digits and “_”, no digit first"));
            }
            let value = match variable.value {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::Bool(flag)) => flag.to_string(),
                None => continue,
                Some(_) => return Err(variable.error("must be a text")),
            };
            variable.check_node_text(&value)?;
            read.insert(name.clone(), value);
        }
        if size_of(&read) > VARIABLES_SIZE {
            return Err(self.error(format!("holds more than {} KiB", VARIABLES_SIZE >> 10)));
        }
        Ok(read)
    }

    /// The text under this key; an empty one is absent.
    ///
    /// # Errors
    /// When it is no text.
    pub fn text(&self, key: &str) -> Result<Option<String>> {
        self.at(key).as_text()
    }

    /// The flag under this key: true, false, 1, 0, also as texts.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag(&self, key: &str) -> Result<Option<bool>> {
        let field = self.at(key);
        match field.value {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(value) => match value.as_str().map_or_else(|| value.to_string(), str::to_lowercase).as_str() {
                "true" | "1" => Ok(Some(true)),
                "false" | "0" => Ok(Some(false)),
                "" => Ok(None),
                _ => Err(field.error("must be true or false")),
            },
        }
    }

    /// This value as a text; an empty one is absent.
    ///
    /// # Errors
    /// When it is no text.
    pub fn as_text(&self) -> Result<Option<String>> {
        match self.value {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.error("must be a text")),
        }
    }

    /// This value as a short word in lower case: letters, digits, `-`, `_`, `.`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn as_word(&self) -> Result<Option<String>> {
        let word = self.as_text()?.map(|word| word.to_lowercase());
        match &word {
            Some(word)
                if word.len() > 60
                    || !word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) =>
            {
                Err(self.error("must be a word of letters, digits, “-”, “_” and “.”, at most 60"))
            }
            _ => Ok(word),
        }
    }

    /// This value as a number from 0 to `most`; it may be written as a text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn as_number(&self, most: u32) -> Result<Option<u32>> {
        let number = match self.value {
            None => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        match number {
            Some(number) if number <= most => Ok(Some(number)),
            _ => Err(self.error(format!("must be a whole number from 0 to {most}"))),
        }
    }
}

/// One parameter's JSON; an empty one is `null`.
///
/// # Errors
/// When it is no JSON, or nests too deep.
pub fn parse(parameter: &'static str, text: &str) -> Result<Value> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    json::read(text).map_err(|error| Refusal::bad(parameter, format!("{parameter} is not JSON: {error}")))
}

/// Whether a variable can have this name.
fn is_variable_name(name: &str) -> bool {
    name.len() <= 128
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
