//! Forms that browsers submit without WASM: the response is a redirect, and the page that it leads to shows the result as a
//! flash message.

use http::{HeaderValue, header, request::Parts};
use keyrack_types::refusal::{Answer, Refusal};
use leptos::prelude::use_context;

use crate::{
    cookie::{self, CookieRule, Jar},
    layout::redirect,
    paths,
};

/// Longer texts are cut: cookies have limits.
const TEXT_LIMIT: usize = 600;

/// The result of a form, shown once on the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlashMessage {
    /// It was done, not refused.
    pub done: bool,
    /// In words.
    pub text: String,
}

/// Answers a form: after success redirects to `on` with the message `done` unless that is empty; after a refusal to `back`
/// with the reason. A script gets the answer itself and no redirect.
pub fn answer<T>(answer: &Answer<T>, done: &str, on: &str, back: &str) {
    if !is_plain() {
        return;
    }
    match answer {
        Ok(_) => {
            if !done.is_empty() {
                set_flash_message(true, done);
            }
            redirect(on);
        }
        Err(Refusal::SignedOut) => redirect(&paths::signin(back, true)),
        Err(refusal) => {
            set_flash_message(false, &refusal.message());
            redirect(back);
        }
    }
}

/// Keeps a text for the next page.
pub fn set_flash_message(done: bool, text: &str) {
    cookie::put(Jar::FlashMessage, &written(done, text));
}

/// The value of `Set-Cookie` that keeps a text for the next page, for forms that are no server functions.
pub fn flash_cookie(rule: &CookieRule, done: bool, text: &str) -> HeaderValue {
    rule.put(Jar::FlashMessage, &written(done, text))
}

/// Takes the message that the previous page left; it is shown once.
pub fn take_flash_message() -> Option<FlashMessage> {
    let value = cookie::brought(Jar::FlashMessage)?;
    cookie::take(Jar::FlashMessage);
    read(&value)
}

/// Whether the browser itself sends the form and shows what comes back, not a script.
pub fn is_plain() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        parts
            .headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"))
    })
}

fn written(done: bool, text: &str) -> String {
    let mut value = String::from(if done { "y" } else { "n" });
    let text: String = text.chars().take(TEXT_LIMIT).collect();
    paths::escape_into(&text, &mut value);
    value
}

fn read(value: &str) -> Option<FlashMessage> {
    let done = match value.get(..1)? {
        "y" => true,
        "n" => false,
        _ => return None,
    };
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value[1..].bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { hex(rest.next()?)? << 4 | hex(rest.next()?)? } else { byte });
    }
    Some(FlashMessage { done, text: String::from_utf8(bytes).ok()? })
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_the_cookie() {
        let value = written(false, "Das ist „nicht“ gut; 100 % falsch.\r\nX: y");
        assert!(value.is_ascii() && !value.contains([';', ' ', '\r', '\n']));
        assert_eq!(
            read(&value),
            Some(FlashMessage { done: false, text: "Das ist „nicht“ gut; 100 % falsch.\r\nX: y".into() })
        );
        for broken in ["", "x", "y%", "y%4", "y%zz", "n%ff"] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
