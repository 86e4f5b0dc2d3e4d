//! Placeholders: `${settings.x}`, `${nodes.cp[0].id}`, `${fn.password}` and so on.
//!
//! What they stand for is put in once and never looked at again, so that a value cannot bring placeholders of its own.
//! What begins otherwise (`${HOME}` in a command) is left as it is, as is what there is no value for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use serde_json::Value;

use super::document::Document;
use super::steps::invalid;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::world::World;
use keyrack_types::bounds::nesting::{MANIFEST, PLACEHOLDERS};

/// What placeholders can speak of besides `fn`.
const ROOTS: [&str; 7] = ["settings", "globals", "env", "nodes", "user", "this", "response"];

const FUNCTIONS: [&str; 5] = ["password", "uuid", "random", "base64", "md5"];

/// What can be done with a value at its end.
const ENDINGS: [&str; 4] = ["toBase64()", "fromBase64()", "md5()", "toJSON()"];

/// The most that one text becomes, in bytes.
const TEXT_LIMIT: usize = 1 << 20;

/// The most that one value becomes with all in it, and the most that is looked at for it, in bytes.
const FILLED_LIMIT: usize = 4 << 20;

const PASSWORD_LIMIT: usize = 100;

/// Gives the value that a way through the roots leads to.
pub trait Lookup {
    /// The value of a root, whole.
    fn root(&self, name: &str) -> Option<&Value>;
}

/// Refuses placeholders that speak of functions that there are not, or lie too deep in each other.
///
/// # Errors
/// [`Error::Invalid`](keyrack_core::Error::Invalid) for `jps`, naming it.
pub fn check(at: &str, document: &Document) -> Result<()> {
    match document {
        Document::Text(text) => check_text(at, text),
        Document::List(items) => items.iter().try_for_each(|item| check(at, item)),
        Document::Mapping(pairs) => pairs.iter().try_for_each(|(key, value)| {
            check_text(at, key)?;
            check(at, value)
        }),
        _ => Ok(()),
    }
}

/// How many `${` are open at once where most are.
fn nested(text: &str) -> usize {
    let (mut open, mut most, mut before) = (0_usize, 0, ' ');
    for letter in text.chars() {
        match letter {
            '{' if before == '$' => open += 1,
            '}' => open = open.saturating_sub(1),
            _ => {}
        }
        (most, before) = (most.max(open), letter);
    }
    most
}

fn check_text(at: &str, text: &str) -> Result<()> {
    if nested(text) > PLACEHOLDERS {
        return Err(invalid(at, format!("placeholders can be at most {PLACEHOLDERS} deep in each other")));
    }
    for part in parts(text) {
        let Part::Placeholder { inside, .. } = part else { continue };
        let mut inside = inside.trim();
        for level in 1.. {
            let Some(function) = inside.strip_prefix("fn.") else { break };
            if level > PLACEHOLDERS {
                return Err(invalid(at, format!("placeholders can be at most {PLACEHOLDERS} deep in each other")));
            }
            let name = function.split(['(', '.']).next().unwrap_or_default();
            if !FUNCTIONS.contains(&name) {
                let known = FUNCTIONS.join(", fn.");
                let name: String = name.chars().take(50).collect();
                return Err(invalid(at, format!("this server does not know ${{fn.{name}}}; it knows fn.{known}")));
            }
            match argument(function) {
                Some((_, Argument::Placeholder(argument))) => inside = argument,
                _ => break,
            }
        }
    }
    Ok(())
}

/// Fills in a value; a text that is nothing but one placeholder becomes what that stands for.
///
/// # Errors
/// [`Error::Invalid`](keyrack_core::Error::Invalid) for `jps` when that is larger or deeper than a value can be.
pub fn fill(document: &Document, lookup: &impl Lookup, world: &World) -> Result<Document> {
    Filling { lookup, world, left: FILLED_LIMIT }.document(document, 1)
}

/// Refuses values that together take more than one filling can bring, or are deeper: values of values would double with
/// every step.
///
/// # Errors
/// [`Error::Invalid`](keyrack_core::Error::Invalid) for `jps`.
pub fn check_size<'a>(values: impl IntoIterator<Item = &'a Value>) -> Result<()> {
    let mut left = FILLED_LIMIT;
    values.into_iter().try_for_each(|value| take(&mut left, value, 1))
}

/// Refuses values that are kept with an installation and take more than that allows, in bytes of JSON.
///
/// # Errors
/// [`Error::Invalid`](keyrack_core::Error::Invalid) for `jps`.
pub fn check_kept(what: &str, value: &Value, limit: usize) -> Result<()> {
    check_size([value])?;
    let length = serde_json::to_vec(value).map_err(Error::internal)?.len();
    if length > limit {
        let why = format!("the {what} of an installation can have {limit} bytes as JSON; these have {length}");
        return Err(Error::invalid(field::App::Manifest, why));
    }
    Ok(())
}

struct Filling<'a, L> {
    lookup: &'a L,
    world: &'a World,
    /// Number of bytes that may still be produced or read.
    left: usize,
}

impl<L: Lookup> Filling<'_, L> {
    fn document(&mut self, document: &Document, depth: usize) -> Result<Document> {
        if depth > MANIFEST {
            return Err(too_deep());
        }
        Ok(match document {
            Document::Text(text) => self.whole(text, depth)?,
            Document::List(items) => {
                Document::List(items.iter().map(|item| self.document(item, depth + 1)).collect::<Result<_>>()?)
            }
            Document::Mapping(pairs) => Document::Mapping(
                pairs
                    .iter()
                    .map(|(key, value)| Ok((self.text(key)?, self.document(value, depth + 1)?)))
                    .collect::<Result<_>>()?,
            ),
            other => other.clone(),
        })
    }

    fn whole(&mut self, text: &str, depth: usize) -> Result<Document> {
        let trimmed = text.trim();
        if let [Part::Placeholder { inside, .. }] = parts(trimmed).as_slice()
            && let Some(value) = self.value_of(inside, 1)?
        {
            take(&mut self.left, &value, depth)?;
            return Ok(from_json(&value));
        }
        self.text(text).map(Document::Text)
    }

    fn text(&mut self, text: &str) -> Result<String> {
        let mut filled = String::with_capacity(text.len());
        self.append(text, &mut filled)?;
        self.left = self.left.checked_sub(filled.len()).ok_or_else(too_large)?;
        Ok(filled)
    }

    /// Writes a text with its values put in, as far as it is not longer than one can be.
    fn append(&mut self, text: &str, filled: &mut String) -> Result<()> {
        for part in parts(text) {
            match part {
                Part::Plain(plain) => filled.push_str(plain),
                Part::Placeholder { whole, inside } => match self.value_of(inside, 1)? {
                    Some(Value::String(value)) => filled.push_str(&value),
                    Some(Value::Null) => {}
                    Some(value) => filled.push_str(&value.to_string()),
                    None => filled.push_str(whole),
                },
            }
            if filled.len() > TEXT_LIMIT {
                filled.truncate(filled.floor_char_boundary(TEXT_LIMIT));
                break;
            }
        }
        Ok(())
    }
}

/// Takes from what is left as much as the value has.
fn take(left: &mut usize, value: &Value, depth: usize) -> Result<()> {
    /// What a value takes besides its text.
    const EACH: usize = 32;
    if depth > MANIFEST {
        return Err(too_deep());
    }
    let own = EACH + value.as_str().map_or(0, str::len);
    *left = left.checked_sub(own).ok_or_else(too_large)?;
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| take(left, item, depth + 1)),
        Value::Object(map) => map.iter().try_for_each(|(key, value)| {
            *left = left.checked_sub(key.len()).ok_or_else(too_large)?;
            take(left, value, depth + 1)
        }),
        _ => Ok(()),
    }
}

fn too_large() -> Error {
    Error::invalid(field::App::Manifest, format!("its values become larger than {} MiB", FILLED_LIMIT >> 20))
}

fn too_deep() -> Error {
    Error::invalid(field::App::Manifest, format!("its values become more than {MANIFEST} levels deep"))
}

/// Fills in a text; what would make it too long is left out.
pub fn fill_text(text: &str, lookup: &impl Lookup, world: &World) -> String {
    let mut filled = String::with_capacity(text.len());
    let _ = Filling { lookup, world, left: FILLED_LIMIT }.append(text, &mut filled);
    filled
}

/// What a value of JSON is in a manifest.
pub fn from_json(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(flag) => Document::Bool(*flag),
        Value::Number(number) => Document::Number(number.clone()),
        Value::String(text) => Document::Text(text.clone()),
        Value::Array(items) => Document::List(items.iter().map(from_json).collect()),
        Value::Object(map) => {
            Document::Mapping(map.iter().map(|(key, value)| (key.clone(), from_json(value))).collect())
        }
    }
}

enum Part<'a> {
    Plain(&'a str),
    Placeholder { whole: &'a str, inside: &'a str },
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find("${") {
        let Some(length) = rest[begin..].find('}') else { break };
        let whole = &rest[begin..=begin + length];
        if begin > 0 {
            parts.push(Part::Plain(&rest[..begin]));
        }
        parts.push(Part::Placeholder { whole, inside: &whole[2..whole.len() - 1] });
        rest = &rest[begin + length + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Plain(rest));
    }
    parts
}

impl<L: Lookup> Filling<'_, L> {
    /// What a placeholder stands for; `level` counts those that it is in, and itself.
    fn value_of(&mut self, inside: &str, level: usize) -> Result<Option<Value>> {
        let inside = inside.trim();
        if let Some(function) = inside.strip_prefix("fn.") {
            return Ok(self.call(function, level)?.map(Value::String));
        }
        if inside == "baseUrl" {
            return Ok(self.lookup.root(inside).cloned());
        }
        let written = inside.to_lowercase();
        let ending = ENDINGS.iter().find(|ending| written.ends_with(&format!(".{}", ending.to_lowercase())));
        let way = ending.map_or(inside, |ending| &inside[..inside.len() - ending.len() - 1]);
        let found = match walk(way, self.lookup) {
            Some(Found::Value(value)) => {
                // Also where only its checksum is put in: it is looked at as a whole.
                take(&mut self.left, value, 1)?;
                Some(value.clone())
            }
            Some(Found::Length(length)) => Some(length.into()),
            None => None,
        };
        let Some(ending) = ending else { return Ok(found) };
        let text = match &found {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        Ok(Some(Value::String(match *ending {
            "toBase64()" => BASE64.encode(text),
            "fromBase64()" => {
                BASE64.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
            }
            "md5()" => hex::encode(Md5::digest(text)),
            _ => found.unwrap_or_default().to_string(),
        })))
    }

    /// `password(20)`, `base64([user.email])`
    fn call(&mut self, function: &str, level: usize) -> Result<Option<String>> {
        let Some((name, argument)) = argument(function).filter(|_| level <= PLACEHOLDERS) else { return Ok(None) };
        let argument = match argument {
            Argument::Placeholder(inside) => match self.value_of(inside, level + 1)? {
                Some(Value::String(text)) => text,
                Some(value) => value.to_string(),
                None => return Ok(None),
            },
            Argument::Plain(text) => text.to_owned(),
        };
        let world = self.world;
        Ok(match name {
            "password" => {
                let length = argument.parse().unwrap_or(10_usize).clamp(1, PASSWORD_LIMIT);
                Some(password(length, world))
            }
            "uuid" => Some(uuid::Builder::from_random_bytes(world.random()).into_uuid().to_string()),
            "random" => random(&argument, world),
            "base64" => Some(BASE64.encode(argument)),
            "md5" => Some(hex::encode(Md5::digest(argument))),
            _ => None,
        })
    }
}

/// What a function is called with.
enum Argument<'a> {
    Plain(&'a str),
    /// In brackets: another placeholder.
    Placeholder(&'a str),
}

/// The name of a function and its argument: `base64([user.email])`.
fn argument(function: &str) -> Option<(&str, Argument<'_>)> {
    let (name, arguments) = function.split_once('(').unwrap_or((function, ")"));
    let argument = arguments.trim_end().strip_suffix(')')?.trim();
    Some(match argument.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')) {
        Some(inside) => (name, Argument::Placeholder(inside.trim())),
        None => (name, Argument::Plain(argument)),
    })
}

/// Where a way leads.
enum Found<'a> {
    Value(&'a Value),
    Length(usize),
}

/// Follows `nodes.cp[0].id` or `nodes.cp.master.id`; where a list stands and no item is chosen, its first counts.
fn walk<'a>(way: &str, lookup: &'a impl Lookup) -> Option<Found<'a>> {
    let mut names = way.split('.').flat_map(|name| name.split('[')).map(|name| name.trim_end_matches(']').trim());
    let root = names.next()?;
    if !ROOTS.contains(&root) {
        return None;
    }
    let mut value = lookup.root(root)?;
    for name in names {
        value = match value {
            Value::Array(items) => match name {
                "first" => items.first()?,
                "last" => items.last()?,
                "master" => items.iter().find(|item| item["ismaster"] == true).or(items.first())?,
                "length" => return Some(Found::Length(items.len())),
                name => match name.parse::<usize>() {
                    Ok(index) => items.get(index)?,
                    Err(_) => field(items.first()?, name)?,
                },
            },
            value => field(value, name)?,
        };
    }
    Some(Found::Value(value))
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let map = value.as_object()?;
    map.get(name).or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// Letters and digits, each as likely as the others.
fn password(length: usize, world: &World) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut password = String::with_capacity(length);
    while password.len() < length {
        // Bytes beyond the last whole round would make the first letters more likely.
        let bytes = world.random::<64>().into_iter().filter(|byte| *byte < 248);
        let left = length - password.len();
        password.extend(bytes.take(left).map(|byte| char::from(LETTERS[usize::from(byte % 62)])));
    }
    password
}

/// Seven digits, a number up to one, or one between two.
fn random(argument: &str, world: &World) -> Option<String> {
    let bounds: Vec<u64> = argument.split(',').filter_map(|bound| bound.trim().parse().ok()).collect();
    let (least, most) = match bounds.as_slice() {
        [] if argument.is_empty() => (1_000_000, 9_999_999),
        [most] => (0, *most),
        [least, most] if least <= most => (*least, *most),
        _ => return None,
    };
    let span = u128::from(most - least) + 1;
    let number = u128::from_le_bytes(world.random()) % span;
    Some((u128::from(least) + number).to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Roots(Value);

    impl Lookup for Roots {
        fn root(&self, name: &str) -> Option<&Value> {
            self.0.get(name)
        }
    }

    fn filled(text: &str) -> String {
        let roots = Roots(json!({
            "settings": { "x": "${globals.g}", "n": 3, "List": [1] },
            "globals": { "g": "deep" },
            "nodes": { "cp": [{ "id": 7, "ismaster": false }, { "id": 8, "ismaster": true }] },
            "user": { "email": "ada@example.org" },
            "this": "whole",
            "baseUrl": "https://example.org",
        }));
        fill_text(text, &roots, &World::system())
    }

    #[test]
    fn values_are_put_in_once() {
        for (text, expected) in [
            ("a ${settings.x} b", "a ${globals.g} b"),
            ("${globals.g}${settings.n}", "deep3"),
            (
                "${nodes.cp.id} ${nodes.cp[1].id} ${nodes.cp.last.id} ${nodes.cp.master.id} ${nodes.cp.length}",
                "7 8 8 8 2",
            ),
            ("${settings.list}", "[1]"),
            ("${this} ${baseUrl}", "whole https://example.org"),
            (
                "${HOME} ${settings.nosuch} ${nodes.bl.id} ${ $x ${",
                "${HOME} ${settings.nosuch} ${nodes.bl.id} ${ $x ${",
            ),
            ("${fn.base64([user.email])}", "YWRhQGV4YW1wbGUub3Jn"),
            ("${fn.md5(test)} ${globals.g.toBase64()}", "098f6bcd4621d373cade4e832627b4f6 ZGVlcA=="),
            ("${fn.random(5,5)}", "5"),
        ] {
            assert_eq!(filled(text), expected, "{text}");
        }
        assert_eq!(filled("${fn.password}").len(), 10);
        assert_eq!(filled("${fn.password(24)}").len(), 24);
        assert_eq!(filled("${fn.uuid()}").len(), 36);
        assert_eq!(filled("${fn.random}").len(), 7);
    }

    #[test]
    fn a_function_that_there_is_not_is_refused() {
        let text = Document::Text("x ${fn.nosuch(1)}".into());
        assert!(check("globals", &text).unwrap_err().to_string().contains("fn.nosuch"));
        assert!(check("globals", &Document::Text("${fn.password(8)} ${OTHER}".into())).is_ok());
    }

    fn nested(levels: usize) -> String {
        format!("${{{}user.email{}}}", "fn.md5([".repeat(levels), "])".repeat(levels))
    }

    #[test]
    fn placeholders_lie_in_each_other_up_to_a_depth() {
        assert!(check("globals", &Document::Text(nested(PLACEHOLDERS))).is_ok());
        assert_eq!(filled(&nested(PLACEHOLDERS)).len(), 32);
        for levels in [PLACEHOLDERS + 1, 3000, 30_000] {
            let error = check("globals", &Document::Text(nested(levels))).unwrap_err().to_string();
            assert_eq!(error, "globals: placeholders can be at most 8 deep in each other");
            // What a former version took is left as it is.
            assert_eq!(filled(&nested(levels)), nested(levels));
        }
        assert!(check("globals", &Document::Text("${fn.md5([fn.nosuch()])}".into())).is_err());
    }

    #[test]
    fn values_of_values_become_neither_deep_nor_large() {
        let mut deep = json!(1);
        for _ in 0..MANIFEST - 1 {
            deep = json!([deep]);
        }
        let roots = Roots(json!({ "globals": deep }));
        let text = |text: &str| Document::Text(text.to_owned());
        assert!(fill(&text("${globals}"), &roots, &World::system()).is_ok());
        let error = fill(&Document::List(vec![text("${globals}")]), &roots, &World::system()).unwrap_err();
        assert_eq!(error.to_string(), "its values become more than 32 levels deep");
        assert!(check_size([&roots.0["globals"]]).is_ok() && check_size([&roots.0]).is_err());
        // Looked at often, and nothing of it put in.
        let roots = Roots(json!({ "globals": { "a": "x".repeat(100_000) } }));
        let often = text(&"${globals.a.md5()}".repeat(1000));
        assert!(fill(&often, &roots, &World::system()).is_err());
        let error = check_kept("globals", &roots.0, 65_536).unwrap_err().to_string();
        assert!(error.contains("65536") && error.contains("100"), "{error}");
    }
}
