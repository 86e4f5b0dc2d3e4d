//! Reading the parameters of a call: query and body, names in any case, empty = absent.

mod bounds;
mod decode;
mod json;
mod names;
mod typed;

use std::borrow::Cow;

use bytes::Bytes;
use keyrack_types::bounds::http::PARAMETERS;

pub use names::Names;
pub use typed::{End, Ids};
pub(crate) use typed::{any_json, flag, whole_number};

use crate::{Body, Kind, Param, Refusal};

/// The parameters as they came, decoded; empty ones are not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<Pair>);

#[derive(Clone, PartialEq, Eq)]
struct Pair {
    /// In lower case.
    name: String,
    value: String,
}

/// Values may be secrets, so they are not printed.
impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Pairs {
    /// Decodes the query and the body, in this order.
    ///
    /// # Errors
    /// [`Refusal`] for broken percent-encoding or JSON, text that is not UTF-8, NUL, or more than
    /// [`PARAMETERS`].
    pub fn read(query: &[u8], body: &Body) -> Result<Pairs, Refusal> {
        let mut collected = Collector::default();
        collected.form(query)?;
        match body {
            Body::Form(form) => collected.form(without_bom(form))?,
            Body::Json(text) => collected.json(without_bom(text))?,
            Body::Multipart(fields) => collected.fields(fields)?,
        }
        Ok(Pairs(collected.pairs))
    }

    /// All values under these names; `names` are compared in any case.
    pub(crate) fn values<'a>(&'a self, is_called: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |pair| is_called(&pair.name)).map(|pair| pair.value.as_str())
    }

    /// The one value of a parameter.
    ///
    /// # Errors
    /// When it is given with different values.
    fn single(&self, param: &'static Param) -> Result<Option<&str>, Refusal> {
        let mut values = self.values(|name| param.is_called(name));
        let Some(first) = values.next() else { return Ok(None) };
        if values.any(|other| other != first) {
            return Err(Refusal::bad(param.name, "it is given more than once with different values"));
        }
        Ok(Some(without_mark(param, first)))
    }

    /// As [`single`](Pairs::single), but the text is taken out, not copied.
    pub(crate) fn take_single(&mut self, param: &'static Param) -> Result<Option<String>, Refusal> {
        self.single(param)?;
        let pair = self.0.iter_mut().find(|pair| param.is_called(&pair.name));
        Ok(pair.map(|pair| {
            let text = std::mem::take(&mut pair.value);
            match without_mark(param, &text).len() {
                all if all == text.len() => text,
                rest => text[text.len() - rest..].to_owned(),
            }
        }))
    }

    /// The same as a form, without the credential.
    pub fn to_form(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for pair in self.0.iter().filter(|pair| pair.name != "session" && pair.name != "token") {
            form.append_pair(&pair.name, &pair.value);
        }
        form.finish()
    }

    /// All values of the two names under which a credential comes.
    pub fn credentials(&self) -> impl Iterator<Item = &str> {
        self.values(|name| name == "session" || name == "token")
    }
}

/// Pairs as they are gathered.
#[derive(Default)]
struct Collector {
    pairs: Vec<Pair>,
    /// How many came, empty ones too.
    count: usize,
}

impl Collector {
    fn form(&mut self, text: &[u8]) -> Result<(), Refusal> {
        for part in text.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
            let (name, value) = split_at_equals(part);
            let name = decode::component(name).map_err(|problem| unreadable("?", problem))?;
            self.push(name, |name| decode::component(value).map_err(|problem| unreadable(name, problem)))?;
        }
        Ok(())
    }

    fn json(&mut self, text: &[u8]) -> Result<(), Refusal> {
        for (name, value) in json::object(text)? {
            decode::text(name.as_bytes().to_vec()).map_err(|problem| unreadable("?", problem))?;
            self.push(name, |name| decode::text(value.into_bytes()).map_err(|problem| unreadable(name, problem)))?;
        }
        Ok(())
    }

    fn fields(&mut self, fields: &[(String, Bytes)]) -> Result<(), Refusal> {
        for (name, value) in fields {
            self.push(name.clone(), |name| decode::text(value.to_vec()).map_err(|problem| unreadable(name, problem)))?;
        }
        Ok(())
    }

    fn push(&mut self, mut name: String, value: impl FnOnce(&str) -> Result<String, Refusal>) -> Result<(), Refusal> {
        if self.count == PARAMETERS {
            return Err(Refusal::too_large(format!("more than {PARAMETERS} parameters in one call")));
        }
        self.count += 1;
        name.make_ascii_lowercase();
        let value = value(&name)?;
        if !value.is_empty() {
            self.pairs.push(Pair { name, value });
        }
        Ok(())
    }
}

/// Editors of some systems put a byte order mark before what they save.
fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// JSON that was read from a file may begin with a byte order mark, which is no part of it.
fn without_mark<'a>(param: &Param, text: &'a str) -> &'a str {
    match param.kind {
        Kind::Json => text.strip_prefix('\u{feff}').unwrap_or(text),
        _ => text,
    }
}

fn split_at_equals(part: &[u8]) -> (&[u8], &[u8]) {
    match part.iter().position(|byte| *byte == b'=') {
        Some(at) => (&part[..at], &part[at + 1..]),
        None => (part, b""),
    }
}

fn unreadable(name: &str, problem: decode::Problem) -> Refusal {
    let name: Cow<'_, str> =
        if name.chars().all(|c| c.is_ascii_graphic()) && name.len() <= 64 { name.into() } else { "?".into() };
    Refusal::Request(format!("invalid parameter [{name}]: {problem}").into())
}

#[cfg(any(test, feature = "held"))]
pub mod held;
#[cfg(test)]
mod tests;
