//! Addresses inside the dashboard, and the way through sign-in and back.

/// Where an invitation's link leads.
const INVITE: &str = "/invite";

/// Longer ones are not ours.
const NEXT_LIMIT: usize = 512;

/// The page to go to after sign-in: `next` when it is a local path, otherwise the Environments page. So a link to the
/// sign-in page can never send people to another site.
pub fn safe_next(next: &str) -> &str {
    if is_local(next) && !is_signin(next) { next } else { "/" }
}

/// `/signin` with the way back. `ended`: the visitor had a session, and it is over.
pub fn signin(next: &str, ended: bool) -> String {
    let mut path = String::from("/signin");
    let next = safe_next(next);
    if next != "/" {
        path.push_str("?next=");
        escape_into(next, &mut path);
    }
    if ended {
        path.push_str(if next == "/" { "?ended=1" } else { "&ended=1" });
    }
    path
}

/// Where signing out leads: to the sign-in page with the way back, or at once to what people see who are not signed in. Who
/// is invited may have no user yet and could not pass the sign-in page.
pub fn signed_out(next: &str) -> String {
    let next = safe_next(next);
    if next.split(['?', '#']).next() == Some(INVITE) { next.to_owned() } else { signin(next, false) }
}

/// `/signin/second`, the second step, with the way on.
pub fn second(next: &str) -> String {
    with("/signin/second", "next", safe_next(next), "/")
}

/// `/invite` with the secret of a link.
pub fn invite(token: &str) -> String {
    with(INVITE, "token", token, "")
}

/// A path with one value in its query, unless it is the default.
fn with(path: &str, name: &str, value: &str, usual: &str) -> String {
    let mut path = path.to_owned();
    if value != usual {
        path.push('?');
        path.push_str(name);
        path.push('=');
        escape_into(value, &mut path);
    }
    path
}

/// One leading slash, never two (another host), no backslash (browsers read it as a slash), no control characters
/// (browsers drop tabs and line ends before they look).
fn is_local(path: &str) -> bool {
    path.len() <= NEXT_LIMIT
        && path.starts_with('/')
        && !path.contains("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
}

fn is_signin(path: &str) -> bool {
    matches!(path.split(['?', '#']).next(), Some("/signin" | "/signin/second"))
}

/// Percent-encodes everything that has a meaning in a query, or none in an address.
pub fn escape_into(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push(HEX[usize::from(byte >> 4)] as char);
            out.push(HEX[usize::from(byte & 15)] as char);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{invite, safe_next, second, signed_out, signin};

    #[test]
    fn local_paths_are_kept() {
        for path in ["/", "/settings/tokens", "/docs/api/environment.control?x=1#StopEnv", "/a b", "/Ä"] {
            assert_eq!(safe_next(path), path);
        }
    }

    #[test]
    fn everything_else_leads_home() {
        let long = format!("/{}", "a".repeat(600));
        for path in [
            "",
            "settings",
            "https://elsewhere.example/",
            "//elsewhere.example",
            "/a//b",
            "/\\elsewhere.example",
            "\\\\elsewhere.example",
            "/\t/elsewhere.example",
            "/settings\r\nSet-Cookie: a=b",
            "/\u{0}",
            " /settings",
            "javascript:alert(1)",
            "/signin",
            "/signin?next=/signin",
            "/signin/second?next=/",
            &long,
        ] {
            assert_eq!(safe_next(path), "/", "{path:?}");
        }
    }

    #[test]
    fn the_way_back_is_encoded() {
        assert_eq!(signin("/", false), "/signin");
        assert_eq!(signin("/", true), "/signin?ended=1");
        assert_eq!(signin("/settings/tokens?a=b&c", true), "/signin?next=/settings/tokens%3Fa%3Db%26c&ended=1");
        assert_eq!(signin("//elsewhere.example", false), "/signin");
        assert_eq!(signed_out("/settings/tokens"), "/signin?next=/settings/tokens");
        assert_eq!(signed_out("/invite?token=abc"), "/invite?token=abc");
        assert_eq!(signed_out("//elsewhere.example/invite"), "/signin");
        assert_eq!(signed_out("/invited"), "/signin?next=/invited");
        assert_eq!(second("/"), "/signin/second");
        assert_eq!(second("/settings/tokens?a=b"), "/signin/second?next=/settings/tokens%3Fa%3Db");
        assert_eq!(invite("a b&c"), "/invite?token=a%20b%26c");
    }
}
