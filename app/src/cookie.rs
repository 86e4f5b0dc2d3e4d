//! The cookies, in the one place that knows their names and attributes.

use http::{HeaderMap, HeaderValue, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Half a sign-in has to be finished within so many seconds; the server looks at its own clock too.
const HALF_SECONDS: u32 = 600;
/// So long a message waits for the page that shows it.
const TOLD_SECONDS: u32 = 60;

/// How the cookies have to be, by the server's public address. Stands in the Leptos context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieRule {
    /// The public address is https. Only then do browsers take `Secure` and the `__Host-` name.
    pub secure: bool,
}

/// What our cookies hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    /// The session.
    Session,
    /// Half a sign-in: the password was right, the second factor is to come.
    Half,
    /// What became of a form that was sent without WASM, for the next page.
    Told,
}

impl Jar {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Jar::Session => ("keyrack", "__Host-keyrack"),
            Jar::Half => ("keyrack-half", "__Host-keyrack-half"),
            Jar::Told => ("keyrack-told", "__Host-keyrack-told"),
        }
    }

    /// A session has no lifetime here: the server decides how long it holds.
    const fn lives(self) -> Option<u32> {
        match self {
            Jar::Session => None,
            Jar::Half => Some(HALF_SECONDS),
            Jar::Told => Some(TOLD_SECONDS),
        }
    }
}

impl CookieRule {
    /// The session cookie's name.
    pub const fn name(self) -> &'static str {
        self.name_of(Jar::Session)
    }

    /// The value of `Set-Cookie` that hands out a session.
    ///
    /// # Panics
    /// When the session is not plain ASCII, which ours are.
    pub fn set(self, session: &str) -> HeaderValue {
        self.put(Jar::Session, session)
    }

    /// The value of `Set-Cookie` that takes the session back.
    pub fn clear(self) -> HeaderValue {
        self.take(Jar::Session)
    }

    /// The session that a request brings.
    pub fn read(self, headers: &HeaderMap) -> Option<&str> {
        self.read_from(Jar::Session, headers)
    }

    /// The value of `Set-Cookie` that hands out half a sign-in.
    ///
    /// # Panics
    /// As [`set`](CookieRule::set).
    pub fn set_half(self, challenge: &str) -> HeaderValue {
        self.put(Jar::Half, challenge)
    }

    /// What a request brings in one of the cookies.
    pub fn read_from(self, jar: Jar, headers: &HeaderMap) -> Option<&str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == self.name_of(jar) && !value.is_empty()).then_some(value))
    }

    const fn name_of(self, jar: Jar) -> &'static str {
        let (plain, host) = jar.names();
        if self.secure { host } else { plain }
    }

    pub(crate) fn put(self, jar: Jar, value: &str) -> HeaderValue {
        self.value(jar, value, jar.lives())
    }

    fn take(self, jar: Jar) -> HeaderValue {
        self.value(jar, "", Some(0))
    }

    fn value(self, jar: Jar, value: &str, lives: Option<u32>) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let lives = lives.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{lives}", self.name_of(jar));
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

/// What the request that is being answered brought in a cookie.
pub fn brought(jar: Jar) -> Option<String> {
    let (rule, parts) = (use_context::<CookieRule>()?, use_context::<Parts>()?);
    rule.read_from(jar, &parts.headers).map(str::to_owned)
}

fn append(value: impl FnOnce(CookieRule) -> HeaderValue) {
    if let (Some(rule), Some(response)) = (use_context::<CookieRule>(), use_context::<ResponseOptions>()) {
        response.append_header(header::SET_COOKIE, value(rule));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_gets_the_host_prefix_and_secure() {
        let value = CookieRule { secure: true }.set("abc");
        assert_eq!(value, "__Host-keyrack=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert!(value.is_sensitive());
        assert_eq!(CookieRule { secure: false }.set("abc"), "keyrack=abc; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(CookieRule { secure: false }.clear(), "keyrack=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn only_the_cookie_with_the_very_name_is_read() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("notkeyrack=1; keyrack="));
        headers.append(header::COOKIE, HeaderValue::from_static("a=b;keyrack=s1; __Host-keyrack=s2"));
        assert_eq!(CookieRule { secure: false }.read(&headers), Some("s1"));
        assert_eq!(CookieRule { secure: true }.read(&headers), Some("s2"));
        assert_eq!(CookieRule { secure: true }.read(&HeaderMap::new()), None);
    }

    #[test]
    fn half_a_sign_in_has_a_cookie_of_its_own_that_lives_for_minutes() {
        let rule = CookieRule { secure: true };
        let value = rule.set_half("s1");
        assert_eq!(value, "__Host-keyrack-half=s1; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600");
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-keyrack-half=s1"));
        assert_eq!(rule.read(&headers), None, "half a sign-in is no session");
        assert_eq!(rule.read_from(Jar::Half, &headers), Some("s1"));
    }
}
