//! JSON as build plug-ins write it: put together by hand, with single quotes, and with anything in a comment.

use keyrack_domain::bounds::nesting;
use serde_json::{Map, Value};

use keyrack_domain::types::nesting::of_json;

/// Reads a flat object. Real JSON is read as such.
///
/// # Errors
/// What would be right.
pub fn object(text: &str) -> Result<Map<String, Value>, &'static str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let nests = of_json(text.as_bytes()) > nesting::JSON;
    match serde_json::from_str(if nests { "" } else { text }) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err("it has to be an object"),
        Err(_) => Parser { rest: text.trim() }.object(),
    }
}

struct Parser<'a> {
    rest: &'a str,
}

const FORM: &str = "it has to be a flat object, {'name':'app.war','archive':'…','size':1} for example";

impl Parser<'_> {
    fn object(mut self) -> Result<Map<String, Value>, &'static str> {
        let mut map = Map::new();
        self.expect('{')?;
        loop {
            if self.skip('}') {
                break;
            }
            let Value::String(key) = self.value()? else { return Err(FORM) };
            self.expect(':')?;
            map.insert(key, self.value()?);
            if !self.skip(',') {
                self.expect('}')?;
                break;
            }
        }
        if self.rest.trim().is_empty() { Ok(map) } else { Err(FORM) }
    }

    fn skip(&mut self, c: char) -> bool {
        self.rest = self.rest.trim_start();
        let after = self.rest.strip_prefix(c);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn expect(&mut self, c: char) -> Result<(), &'static str> {
        if self.skip(c) { Ok(()) } else { Err(FORM) }
    }

    fn value(&mut self) -> Result<Value, &'static str> {
        self.rest = self.rest.trim_start();
        match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => {
                self.rest = &self.rest[1..];
                self.quoted(quote).map(Value::String)
            }
            Some(_) => {
                let end = self.rest.find([',', '}', ':']).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                let word = word.trim();
                // A name without quotes is a text, and so is what does not belong into a flat object.
                let flat =
                    serde_json::from_str(word).ok().filter(|value: &Value| !value.is_array() && !value.is_object());
                Ok(flat.unwrap_or_else(|| Value::String(word.to_owned())))
            }
            None => Err(FORM),
        }
    }

    /// Up to the quote that something follows which can follow a value: a quote elsewhere is part of the text.
    fn quoted(&mut self, quote: char) -> Result<String, &'static str> {
        let mut text = String::new();
        let mut letters = self.rest.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, 'r')) => text.push('\r'),
                    Some((_, c @ ('\'' | '"' | '\\' | '/'))) => text.push(c),
                    Some((_, c)) => text.extend(['\\', c]),
                    None => return Err(FORM),
                },
                letter if letter == quote => {
                    let after = &self.rest[at + quote.len_utf8()..];
                    if after.trim_start().starts_with([',', '}', ':']) {
                        self.rest = after;
                        return Ok(text);
                    }
                    text.push(letter);
                }
                letter => text.push(letter),
            }
        }
        Err(FORM)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_plug_ins_send_is_read() {
        for (text, read) in [
            (r#"{"name":"a.war","size":1}"#, json!({"name": "a.war", "size": 1})),
            (
                "{'name':'a.war', 'archive':'http://h/a.war','link':0, 'size':12,'comment':'x'}",
                json!({"name": "a.war", "archive": "http://h/a.war", "link": 0, "size": 12, "comment": "x"}),
            ),
            ("{'comment':'it's Ada's, \"really\"'}", json!({"comment": "it's Ada's, \"really\""})),
            (r"{'comment':'it\'s C:\new\x'}", json!({"comment": "it's C:\new\\x"})),
            (" { name : 'a' , } ", json!({"name": "a"})),
            ("{}", json!({})),
        ] {
            assert_eq!(object(text).map(Value::Object), Ok(read), "{text}");
        }
        for text in ["", "[]", "1", "{", "{'a'}", "{'a':}x", "{'a':'b", "{'a':'b'} more", "'a':'b'"] {
            assert!(object(text).is_err(), "{text}: {:?}", object(text));
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_breaks_it(text in r#"[{}'":,\\a-zé0-9 ]{0,40}"#) {
            let _ = object(&text);
        }

        #[test]
        fn a_text_comes_back_as_it_was_written(name in "[a-zA-Z0-9 ._é-]{0,20}") {
            let map = object(&format!("{{'name':'{name}'}}")).unwrap();
            prop_assert_eq!(map["name"].as_str(), Some(name.as_str()));
        }
    }
}
