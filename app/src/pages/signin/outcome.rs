//! What a failed sign-in leaves for the page.

/// A failed sign-in, for the page that is shown again. The handler of `POST /signin` puts it into the context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SigninOutcome {
    /// As typed.
    pub email: String,
    /// Why it did not work.
    pub message: String,
    /// What was typed is wrong; otherwise the server could not look at it.
    pub wrong: bool,
    /// It was a token, not a password.
    pub by_token: bool,
    /// Where to go after the sign-in, as the form sent it.
    pub next: String,
}
