//! The rules by which scanners find tokens of this server.

use serde::Serialize;

use super::REVOKE;

/// A token in a text.
pub const REGEX: &str = r"\bkrp_[0-9A-Za-z]{38}\b";

/// What a scanner has to know.
#[derive(Clone, Debug, Serialize)]
pub struct Rules {
    name: &'static str,
    prefix: &'static str,
    regex: &'static str,
    /// What a scanner can search for before it tries the expression.
    keywords: [&'static str; 1],
    checksum: Checksum,
    revoke_url: String,
    example: &'static str,
}

/// How the last characters follow from the others, so that a chance match is told from a token without asking.
#[derive(Clone, Debug, Serialize)]
struct Checksum {
    algorithm: &'static str,
    alphabet: &'static str,
    /// The characters that it is computed of: from (included) to (excluded).
    covers: [usize; 2],
    /// The characters that hold it.
    at: [usize; 2],
    description: &'static str,
}

/// The rules of a server with this address.
pub fn rules(origin: &str) -> Rules {
    Rules {
        name: "Keyrack access token",
        prefix: "krp_",
        regex: REGEX,
        keywords: ["krp_"],
        checksum: Checksum {
            algorithm: "CRC-32 (IEEE), base62, 6 characters, most significant first, padded with 0",
            alphabet: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            covers: [4, 36],
            at: [36, 42],
            description: "the 32 characters after the prefix are hashed with CRC-32; the number is written in base62 as the last 6 \
                characters",
        },
        revoke_url: format!("{origin}{REVOKE}"),
        example: EXAMPLE,
    }
}

/// A text of the right form that no server hands out: its random part is all zeros.
const EXAMPLE: &str = "krp_000000000000000000000000000000002wjyrI";

/// A rule for gitleaks.
pub fn gitleaks() -> String {
    format!(
        "[[rules]]\nid = \"keyrack-access-token\"\ndescription = \"Keyrack access token\"\nregex = '''{REGEX}'''\nkeywords = [\"krp_\"]\n"
    )
}

/// A rule for kingfisher.
pub fn kingfisher() -> String {
    format!(
        "rules:\n  - name: Keyrack access token\n    id: keyrack.1\n    pattern: '{REGEX}'\n    min_entropy: 3.0\n    \
         confidence: medium\n    examples:\n      - krp_ZbHlrYLPOIQuZzQT4eN454qGS9FnjWIU25Us9y\n"
    )
}

#[cfg(test)]
mod tests {
    use keyrack_domain::secret::{Shape, shape};

    use super::*;

    #[test]
    fn the_example_has_the_form_and_the_checksum_of_a_token() {
        assert_eq!(EXAMPLE.len(), 42);
        assert_eq!(shape(EXAMPLE), Shape::Token);
    }
}
