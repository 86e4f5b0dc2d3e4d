//! The cookies, in the one place that knows their names and attributes.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Seconds within which half a sign-in has to be finished; the server checks its own clock, too.
const HALF_SECONDS: u64 = 600;
/// Lifetime of a message for the next page.
const FLASH_SECONDS: u64 = 60;

/// The attributes of cookies, by the server's public address. Provided in the Leptos context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieRule {
    /// The public address is https. Only then do browsers take `Secure` and the `__Host-` name.
    secure: bool,
    /// The server that they belong to. Browsers keep those of a host together, whatever the port.
    server: Arc<str>,
    /// The longest lifetime of a session, in seconds.
    session_seconds: u64,
}

/// The cookies that the server sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    /// The session.
    Session,
    /// Half a sign-in: the password was right, the second factor is to come.
    Half,
    /// The flash message of a form that was submitted without WASM.
    FlashMessage,
}

impl Jar {
    const fn name(self) -> &'static str {
        match self {
            Jar::Session => "keyrack",
            Jar::Half => "keyrack_half",
            Jar::FlashMessage => "keyrack_told",
        }
    }
}

impl CookieRule {
    /// The rule of a server that is reached by https or not, goes by this name (one word), and whose sessions live so long.
    pub fn new(https: bool, server: &str, session_lifetime: Duration) -> CookieRule {
        CookieRule { secure: https, server: server.into(), session_seconds: session_lifetime.as_secs() }
    }

    /// The name of a cookie: `keyrack-localhost-8080`, or `__Host-keyrack-keys.example.org`.
    pub fn name(&self, jar: Jar) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}{}-{}", jar.name(), self.server)
    }

    /// The value of `Set-Cookie` that hands out a session.
    ///
    /// # Panics
    /// When the session is not plain ASCII, which ours are.
    pub fn set(&self, session: &str) -> HeaderValue {
        self.put(Jar::Session, session)
    }

    /// The value of `Set-Cookie` that removes the session.
    pub fn clear(&self) -> HeaderValue {
        self.take(Jar::Session)
    }

    /// The session in a request.
    pub fn read<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.read_from(Jar::Session, headers)
    }

    /// The value of `Set-Cookie` that hands out half a sign-in.
    ///
    /// # Panics
    /// As [`set`](CookieRule::set).
    pub fn set_half(&self, challenge: &str) -> HeaderValue {
        self.put(Jar::Half, challenge)
    }

    /// The value of one of the cookies in a request.
    pub fn read_from<'a>(&self, jar: Jar, headers: &'a HeaderMap) -> Option<&'a str> {
        let wanted = self.name(jar);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == wanted && !value.is_empty()).then_some(value))
    }

    pub(crate) fn put(&self, jar: Jar, value: &str) -> HeaderValue {
        let seconds = match jar {
            // The server ends it earlier where it is not used; without a lifetime it would end with the browser.
            Jar::Session => self.session_seconds,
            Jar::Half => HALF_SECONDS,
            Jar::FlashMessage => FLASH_SECONDS,
        };
        self.value(jar, value, seconds)
    }

    fn take(&self, jar: Jar) -> HeaderValue {
        self.value(jar, "", 0)
    }

    fn value(&self, jar: Jar, value: &str, seconds: u64) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age={seconds}", self.name(jar));
        let mut value = HeaderValue::try_from(text).expect("our cookies are plain ASCII");
        value.set_sensitive(true);
        value
    }
}

/// Replaces the session cookie on the answer that is being made.
pub fn set(session: &str) {
    put(Jar::Session, session);
}

/// Removes the session cookie with the answer that is being made.
pub fn clear() {
    take(Jar::Session);
}

/// Sets a cookie with the answer that is being made. The value has to be plain ASCII.
pub fn put(jar: Jar, value: &str) {
    append(|rule| rule.put(jar, value));
}

/// Removes a cookie with the answer that is being made.
pub fn take(jar: Jar) {
    append(|rule| rule.take(jar));
}

/// The value of a cookie in the request that is being answered.
pub fn brought(jar: Jar) -> Option<String> {
    let (rule, parts) = (use_context::<CookieRule>()?, use_context::<Parts>()?);
    rule.read_from(jar, &parts.headers).map(str::to_owned)
}

fn append(value: impl FnOnce(&CookieRule) -> HeaderValue) {
    if let (Some(rule), Some(response)) = (use_context::<CookieRule>(), use_context::<ResponseOptions>()) {
        response.append_header(header::SET_COOKIE, value(&rule));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(https: bool, server: &str) -> CookieRule {
        CookieRule::new(https, server, Duration::from_secs(1_209_600))
    }

    #[test]
    fn https_gets_the_host_prefix_and_secure() {
        let value = rule(true, "keys.example.org").set("abc");
        assert_eq!(
            value,
            "__Host-keyrack-keys.example.org=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=1209600"
        );
        assert!(value.is_sensitive());
        let plain = rule(false, "localhost-8080");
        assert_eq!(plain.set("abc"), "keyrack-localhost-8080=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600");
        assert_eq!(plain.clear(), "keyrack-localhost-8080=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn only_the_cookie_with_the_very_name_is_read() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("notkeyrack-h-1=1; keyrack-h-1="));
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=b;keyrack-h-1=s1; __Host-keyrack-h-1=s2; keyrack-h-2=s3; keyrack=s4"),
        );
        assert_eq!(rule(false, "h-1").read(&headers), Some("s1"));
        assert_eq!(rule(true, "h-1").read(&headers), Some("s2"));
        assert_eq!(rule(false, "h-2").read(&headers), Some("s3"), "another server of the same host");
        assert_eq!(rule(false, "h-3").read(&headers), None);
        assert_eq!(rule(true, "h-1").read(&HeaderMap::new()), None);
    }

    #[test]
    fn half_a_sign_in_has_a_cookie_of_its_own_that_lives_for_minutes() {
        let rule = rule(true, "h");
        let value = rule.set_half("s1");
        assert_eq!(value, "__Host-keyrack_half-h=s1; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600");
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-keyrack_half-h=s1"));
        assert_eq!(rule.read(&headers), None, "half a sign-in is no session");
        assert_eq!(rule.read_from(Jar::Half, &headers), Some("s1"));
    }
}
