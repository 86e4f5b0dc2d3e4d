//! Reading a typed code, whichever kind it is.

use unicode_normalization::UnicodeNormalization;

use super::{recovery, totp};
use keyrack_types::bounds::guessing::LONGEST_CODE;

/// What a typed code can be, by its shape alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Six digits of an authenticator.
    OneTime(String),
    /// A recovery code, in the form that is hashed.
    Recovery(String),
    /// No code at all, which nobody has to look at.
    Neither,
}

impl Typed {
    /// Reads a code as people type and paste it: in any case and width of letters, with blanks and dashes of every kind,
    /// which programs for writing put in place of hyphens.
    pub fn read(typed: &str) -> Typed {
        let code: String =
            typed.nfkc().filter(|c| !is_between(*c)).map(|c| c.to_ascii_lowercase()).take(LONGEST_CODE).collect();
        if totp::is_code(&code) {
            Typed::OneTime(code)
        } else if recovery::is_code(&code) {
            Typed::Recovery(code)
        } else {
            Typed::Neither
        }
    }
}

/// Whether a character only stands between those of a code: blanks, dashes and minus signs, and what cannot be seen.
fn is_between(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '-' | '_'
                | '\u{ad}'
                | '\u{58a}'
                | '\u{5be}'
                | '\u{1806}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2010}'..='\u{2015}'
                | '\u{2043}'
                | '\u{2060}'
                | '\u{2212}'
                | '\u{2500}'
                | '\u{2796}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{301c}'
                | '\u{3030}'
                | '\u{30fc}'
                | '\u{fe0e}'
                | '\u{fe0f}'
                | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECOVERY: &str = "abcdefghjkmnpqrstuvwxyz0";

    #[test]
    fn a_recovery_code_is_read_as_people_type_and_paste_it() {
        let dashes = ["-", "--", "", " ", "\u{a0}", "\u{2009}", "\u{3000}", "\t", "\r\n", " \u{2013} "];
        let signs =
            "\u{ad}\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2212}\u{fe58}\u{fe63}\u{ff0d}\u{207b}\u{200b}";
        for between in dashes.iter().map(ToString::to_string).chain(signs.chars().map(String::from)) {
            let groups: Vec<_> = (0..6).map(|group| &RECOVERY[group * 4..group * 4 + 4]).collect();
            let typed = format!("\u{feff} {}\n", groups.join(&between));
            for typed in [typed.to_uppercase(), typed] {
                assert_eq!(Typed::read(&typed), Typed::Recovery(RECOVERY.into()), "{typed:?}");
            }
        }
        let wide: String = RECOVERY.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
        assert_eq!(Typed::read(&wide), Typed::Recovery(RECOVERY.into()));
    }

    #[test]
    fn six_digits_are_a_one_time_code() {
        for typed in ["123456", "123 456", "123\u{2011}456", " 123456\n", "\u{ff11}\u{ff12}\u{ff13}456"] {
            assert_eq!(Typed::read(typed), Typed::OneTime("123456".into()), "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        let long = RECOVERY.repeat(1000);
        for typed in [
            "",
            "-",
            "12345",
            "1234567",
            "abc",
            "12345a",
            "\u{661}23456",
            &RECOVERY[1..],
            &long,
            "abcdefghjkmnpqrstuvwxyz1",
        ] {
            assert_eq!(Typed::read(typed), Typed::Neither, "{typed:?}");
        }
    }
}
