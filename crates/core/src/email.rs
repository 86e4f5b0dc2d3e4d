//! E-mail addresses: one spelling for each, by which users are kept and found.

use std::borrow::Cow;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::field;
use keyrack_types::text::is_hidden;

/// The longest address, in bytes (RFC 5321: a path has 256, of which two are brackets).
const LIMIT: usize = 254;

/// Brings an e-mail address to the one form that is stored and looked up: no blanks around it, lower case, composed
/// letters, and the domain as the network writes it, so that `ada@exämple.org` and `ada@xn--exmple-cua.org` are one user.
///
/// # Errors
/// [`Error::Invalid`] for what cannot be an address.
pub fn check_email(email: &str) -> Result<String> {
    let written = email.trim();
    // Looked for before the domain is brought to one form, which drops what cannot be seen.
    let visible = Some(written).filter(|written| !written.chars().any(is_hidden));
    let normal = visible.and_then(normal_email).filter(|normal| {
        normal.len() <= LIMIT && normal.rsplit_once('@').is_some_and(|(local, _)| may_be_local(local))
    });
    normal.ok_or_else(|| {
        let shown: String = written.chars().filter(|letter| !is_hidden(*letter)).take(LIMIT).collect();
        let message = format!(
            "“{shown}” is not an e-mail address. It has to be like ada@example.org, with none of ()<>[]:;,\\\" before the @."
        );
        Error::invalid(field::Account::Email, message)
    })
}

/// The forms that a user may be stored by who signs in with this text: the normal one, and the one that was stored before
/// domains were brought to one form. What is no address is looked for as it is.
pub fn login_forms(login: &str) -> (String, String) {
    let former = login.trim().to_lowercase();
    let normal = normal_email(&former).unwrap_or_else(|| former.clone());
    (normal, former)
}

fn normal_email(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    let local: String = local.nfkc().collect::<String>().to_lowercase();
    Some(format!("{local}@{}", ascii_domain(domain)?))
}

fn ascii_domain(domain: &str) -> Option<Cow<'_, str>> {
    Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow, DnsLength::Verify).ok()
}

/// No blanks, nothing that cannot be seen, and no letter that would have to be quoted in a mail (RFC 5322, `specials`).
fn may_be_local(local: &str) -> bool {
    const SPECIALS: [char; 12] = ['(', ')', '<', '>', '[', ']', ':', ';', '@', '\\', ',', '"'];
    let refused = |letter: char| is_hidden(letter) || letter.is_whitespace() || SPECIALS.contains(&letter);
    !local.is_empty() && !local.chars().any(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_one_form() {
        for (written, kept) in [
            (" Ada@Example.ORG ", "ada@example.org"),
            ("ada@exämple.org", "ada@xn--exmple-cua.org"),
            ("ada@EXÄMPLE.org", "ada@xn--exmple-cua.org"),
            ("ada@exa\u{308}mple.org", "ada@xn--exmple-cua.org"),
            ("ada@XN--exmple-CUA.org", "ada@xn--exmple-cua.org"),
            ("ada@bücher。example", "ada@xn--bcher-kva.example"),
            ("a\u{308}da@example.org", "äda@example.org"),
            ("Ada+tag/x@example.org", "ada+tag/x@example.org"),
            ("demo@localhost", "demo@localhost"),
        ] {
            assert_eq!(check_email(written).unwrap(), kept, "{written:?}");
            assert_eq!(check_email(kept).unwrap(), kept, "the normal form stays as it is");
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(250));
        for written in [
            "",
            "nobody",
            "@example.org",
            "a@",
            "a:b@c.org",
            "a(b)@c.org",
            "a@b@c.org",
            "a\\b@c.org",
            "[a]@c.org",
            "a b@c.org",
            "a@c .org",
            "a@c..org",
            "a@.c.org",
            "a@c.org.",
            "a@xn--\u{e4}.org",
            "a@xn--999999999.org",
            "a@c.org:25",
            "a\u{202e}b@c.org",
            &long,
        ] {
            assert!(matches!(check_email(written), Err(Error::Invalid { .. })), "{written:?}");
        }
    }

    #[test]
    fn somebody_is_looked_for_by_both_forms() {
        let forms = |login: &str| login_forms(login);
        assert_eq!(forms(" Ada@exämple.org"), ("ada@xn--exmple-cua.org".into(), "ada@exämple.org".into()));
        assert_eq!(forms("no address"), ("no address".into(), "no address".into()));
    }
}
