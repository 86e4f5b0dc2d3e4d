//! Which paths are calls, however they are written.
//!
//! Repeated slashes are what is left of an address that was put together from two halves; such a call is answered. Other
//! ways of writing a path (percent-encoded letters, dots) are not, because a proxy in front may see another path in
//! them; but they are answered in the API's envelope.

use std::borrow::Cow;

/// Whether the path is the API's.
pub fn is_call(path: &str) -> bool {
    if path.starts_with("/1.0/") {
        return true;
    }
    // The router decides about everything else that is written plainly.
    if !path.contains("//") && !path.contains("/.") && !path.contains('%') && !path.ends_with('/') {
        return false;
    }
    let parts = resolved(path);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    matches!(
        parts[..],
        ["1.0", ..] | ["users", "authentication", _, _] | ["deploy", _] | ["GetArchives" | "DeleteArchive"]
    )
}

/// `service/class/rest/method` in a path, with and without the version in front.
pub fn without_version(path: &str) -> Cow<'_, str> {
    let plain = match path.contains("//") {
        true => Cow::Owned(path.split('/').filter(|part| !part.is_empty()).flat_map(|part| ["/", part]).collect()),
        false => Cow::Borrowed(path),
    };
    let cut = |path: &str| {
        let rest = path.strip_prefix("/1.0").filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path);
        path.len() - rest.strip_prefix('/').unwrap_or(rest).len()
    };
    match plain {
        Cow::Borrowed(path) => Cow::Borrowed(&path[cut(path)..]),
        Cow::Owned(path) => Cow::Owned(path[cut(&path)..].to_owned()),
    }
}

/// The parts that a path names: service, class, `rest`, method.
pub fn named(path: &str) -> Vec<String> {
    let mut parts = resolved(path);
    if parts.first().is_some_and(|part| part == "1.0") {
        parts.remove(0);
    }
    parts
}

/// The parts of a path as a file system would follow it.
fn resolved(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in decoded(path).split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

/// What cannot be decoded stays as it is.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [byte, after @ ..] = rest {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_known_however_they_are_written() {
        for path in [
            "/1.0/a/b/rest/c",
            "//1.0/a",
            "///1.0",
            "/./1.0/a",
            "/%31.0/a",
            "/1%2e0/a",
            "/x/../1.0/a",
            "/1.0%2fa",
            "//GetArchives",
            "/deploy//createobject",
            "//users/authentication/rest/signout",
        ] {
            assert!(is_call(path), "{path}");
        }
        for path in ["/", "//", "/1.0x", "/settings//tokens", "//evil.example/1.0/a", "/docs/api/%31.0", "/%2e%2e/a"] {
            assert!(!is_call(path), "{path}");
        }
    }

    #[test]
    fn the_version_is_cut_off_and_slashes_are_counted_once() {
        for (path, rest) in [
            ("/1.0/a/b", "a/b"),
            ("//1.0///a//b/", "a/b"),
            ("/1.0/", ""),
            ("/1.0", ""),
            ("/a/b", "a/b"),
            ("/1.0x/a", "1.0x/a"),
            ("//deploy/a", "deploy/a"),
        ] {
            assert_eq!(without_version(path), rest, "{path}");
        }
        assert_eq!(named("//1.0/./a/%62/../c//rest/d"), ["a", "c", "rest", "d"]);
    }
}
