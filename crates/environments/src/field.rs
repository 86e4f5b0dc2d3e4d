//! Values inside JSON that a client wrote, with the way to each, so that a refusal can name it.

use serde_json::Value;

use keyrack_core::error::{Error, Result};

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
    pub fn error(&self, why: impl std::fmt::Display) -> Error {
        Error::invalid(self.parameter, format!("{}: {why}", self.path))
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
