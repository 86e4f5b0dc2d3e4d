//! What a sign-in that did not work leaves for the page.

/// What became of a sign-in, for the page that is shown again. The handler of `POST /signin` puts it into the context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SigninOutcome {
    /// As typed.
    pub email: String,
    /// Why it did not work.
    pub message: String,
    /// It was tried with a token instead of the password.
    pub by_token: bool,
    /// Where to go after the sign-in, as the form sent it.
    pub next: String,
}
