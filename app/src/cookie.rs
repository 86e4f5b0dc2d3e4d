//! The session cookie, in the one place that knows its name and attributes.

use http::{HeaderMap, HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// How the cookie has to be, by the server's public address. Stands in the Leptos context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieRule {
    /// The public address is https. Only then do browsers take `Secure` and the `__Host-` name.
    pub secure: bool,
}

impl CookieRule {
    /// The cookie's name.
    pub const fn name(self) -> &'static str {
        if self.secure { "__Host-keyrack" } else { "keyrack" }
    }

    /// The value of `Set-Cookie` that hands out a session. Without a lifetime: the server decides how long it holds.
    ///
    /// # Panics
    /// When the session is not plain ASCII, which ours are.
    pub fn set(self, session: &str) -> HeaderValue {
        self.value(session, "")
    }

    /// The value of `Set-Cookie` that takes it back.
    pub fn clear(self) -> HeaderValue {
        self.value("", "; Max-Age=0")
    }

    /// The session that a request brings.
    pub fn read(self, headers: &HeaderMap) -> Option<&str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == self.name() && !value.is_empty()).then_some(value))
    }

    fn value(self, session: &str, more: &str) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{}={session}; Path=/; HttpOnly; SameSite=Lax{secure}{more}", self.name());
        let mut value = HeaderValue::try_from(text).expect("session ids are plain ASCII");
        value.set_sensitive(true);
        value
    }
}

/// Replaces the session cookie on the answer that is being made.
pub fn set(session: &str) {
    append(|rule| rule.set(session));
}

/// Removes the session cookie with the answer that is being made.
pub fn clear() {
    append(CookieRule::clear);
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
}
