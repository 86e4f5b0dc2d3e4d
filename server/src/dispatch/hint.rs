//! What is wrong with a credential that is none, where its form shows a slip. Nothing of it is ever repeated, and nothing
//! is said of one that could be one.

/// A slip that people make when they write the header or the parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Slip {
    #[error("the word Bearer stands before it once too often")]
    BearerTwice,
    #[error("it stands in quotes or brackets, which do not belong to it")]
    Quoted,
    #[error("the name of a parameter or header stands before it")]
    Named,
    #[error("it is the name of a variable or a placeholder that was not replaced by its value")]
    Placeholder,
    #[error("something else follows it in the same header, behind a comma; several headers may have been joined")]
    Joined,
    #[error("there is a blank or a line end in it")]
    Blank,
    #[error("it is percent-encoded; a header takes it as it is")]
    Percent,
    #[error("it has characters that no token and no session has")]
    Characters,
    #[error("it begins like a token, but it was cut off or changed on its way here: its check digits do not fit")]
    Changed,
}

impl Slip {
    /// The slip in what is no credential; `None` when there is none to be seen.
    pub fn of(credential: &str) -> Option<Slip> {
        let wrapped = |open: &str, close: &str| {
            credential.starts_with(|c| open.contains(c)) || credential.ends_with(|c| close.contains(c))
        };
        let begins = |word: &str| credential.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
        let before =
            |at: usize| credential[..at].bytes().all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(&byte));
        if ["bearer ", "bearer:", "bearer=", "bearer\t"].iter().any(|word| begins(word))
            || credential.eq_ignore_ascii_case("bearer")
        {
            Some(Slip::BearerTwice)
        } else if credential.starts_with(['$', '%']) || ["${", "{{", "<%"].iter().any(|mark| credential.contains(mark))
        {
            Some(Slip::Placeholder)
        } else if wrapped("\"'`<{[(\u{201c}\u{2018}\u{ab}", "\"'`>}])\u{201d}\u{2019}\u{bb}") {
            Some(Slip::Quoted)
        } else if credential.contains(',') {
            Some(Slip::Joined)
        } else if credential.find(['=', ':']).is_some_and(before) {
            Some(Slip::Named)
        } else if credential.contains(char::is_whitespace) {
            Some(Slip::Blank)
        } else if credential.contains('%') {
            Some(Slip::Percent)
        } else if credential.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            Some(Slip::Characters)
        } else if begins("krp_") {
            Some(Slip::Changed)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_is_told_and_nothing_is_said_without_one() {
        for (credential, slip) in [
            ("Bearer krp_abc", Some(Slip::BearerTwice)),
            ("bearer: krp_abc", Some(Slip::BearerTwice)),
            ("bearer", Some(Slip::BearerTwice)),
            ("\"krp_abc\"", Some(Slip::Quoted)),
            ("'krp_abc'", Some(Slip::Quoted)),
            ("<krp_abc>", Some(Slip::Quoted)),
            ("krp_abc\"", Some(Slip::Quoted)),
            ("“krp_abc”", Some(Slip::Quoted)),
            ("krp_abc, Basic eA==", Some(Slip::Joined)),
            ("token=krp_abc", Some(Slip::Named)),
            ("X-Token: krp_abc", Some(Slip::Named)),
            ("$TOKEN", Some(Slip::Placeholder)),
            ("${KEYRACK_TOKEN}", Some(Slip::Placeholder)),
            ("%TOKEN%", Some(Slip::Placeholder)),
            ("{{ token }}", Some(Slip::Placeholder)),
            ("krp_abc def", Some(Slip::Blank)),
            ("krp%5Fabc", Some(Slip::Percent)),
            ("krp_abc.def", Some(Slip::Characters)),
            ("krp_äbc", Some(Slip::Characters)),
            ("é:", Some(Slip::Characters)),
            ("krp_abc", Some(Slip::Changed)),
            ("KRP_ABC", Some(Slip::Changed)),
            ("abc", None),
            ("7x0123", None),
            ("", None),
        ] {
            assert_eq!(Slip::of(credential), slip, "{credential}");
        }
    }
}
