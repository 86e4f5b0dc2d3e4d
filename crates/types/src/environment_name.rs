//! Names of environments.
//!
//! A short name is a label of a host name: 1 to 41 letters, digits and hyphens, no hyphen at either end. It is kept in
//! lower case, since host names know none. A name like an appid (32 hexadecimal digits) is not taken, because environments
//! are found by either.

use crate::text::hidden;

/// What stands behind the short name in an environment's domain: names below it lead to this machine.
pub const DOMAIN: &str = "localhost";

const LONGEST: usize = 41;
const LONGEST_DISPLAY: usize = 100;

/// Checks a short name.
///
/// # Errors
/// What is wrong with it.
pub fn check(name: &str) -> Result<(), &'static str> {
    let fits = (1..=LONGEST).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    if !fits {
        return Err("must be 1 to 41 letters, digits and hyphens, with no hyphen at either end");
    }
    if is_appid(name) {
        return Err("must not look like an appid (32 hexadecimal digits)");
    }
    Ok(())
}

/// Checks a display name.
///
/// # Errors
/// What is wrong with it.
pub fn check_display(name: &str) -> Result<(), &'static str> {
    if name.chars().count() > LONGEST_DISPLAY {
        return Err("must not be longer than 100 characters");
    }
    if hidden(name).is_some() {
        return Err("must not hold control or invisible characters");
    }
    Ok(())
}

/// Whether it looks like an appid.
pub fn is_appid(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What to look for when a client names an environment by its short name, its domain or its appid, in any case.
pub fn key(written: &str) -> String {
    let written = written.trim().to_lowercase();
    match written.strip_suffix(DOMAIN).and_then(|front| front.strip_suffix('.')) {
        Some(name) => name.to_owned(),
        None => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_of_host_names() {
        for name in ["a", "my-project", "0", "MyShop", &"x".repeat(33), &"x".repeat(41)] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for name in ["", "-a", "a-", "a b", "a.b", "ä", "a_b", &"x".repeat(42), "0123456789abcdef0123456789abcdef"] {
            assert!(check(name).is_err(), "{name}");
        }
    }

    #[test]
    fn one_environment_is_found_in_all_its_ways() {
        assert_eq!(key(" My-Project "), "my-project");
        assert_eq!(key("my-project.localhost"), "my-project");
        assert_eq!(key("localhost"), "localhost");
    }
}
