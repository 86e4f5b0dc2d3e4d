//! What the API answers when it does not do what was asked: one type whose variants say their code.

use std::borrow::Cow;

use keyrack_domain::denied::Denied;
use keyrack_domain::secret::{Shape, shape};
use keyrack_domain::{Credential, Error};
pub use keyrack_wire::Code;
use keyrack_wire::{Names, Param, Refusal};
use serde::Serialize;

use super::hint::Slip;
use super::parameters;
use crate::forwarding::NotReceived;
use keyrack_wire::multipart::Broken;

/// Why a call was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request cannot be read at all.
    #[error("{0}")]
    Request(Cow<'static, str>),
    /// A bound was met; the text names it and its value.
    #[error("{problem}")]
    TooLarge { name: Option<&'static str>, problem: Cow<'static, str> },
    /// The body does not come as it is.
    #[error("the body is encoded as {0}, which this server does not undo: send it without Content-Encoding")]
    Encoded(String),
    /// What was presented is no credential, for a reason that can be named.
    #[error("{}: {}", Credential::Unknown, .0)]
    Slip(Slip),
    /// Neither a session nor a token came with the call.
    #[error(
        "invalid parameter [session]: a session or a token is required (Authorization: Bearer …, session=… or token=…)"
    )]
    NoCredential,
    /// Which of them counts would be a guess.
    #[error("invalid parameter [session]: two different credentials in one call")]
    TwoCredentials,
    /// A required parameter is not there, or empty.
    #[error("invalid parameter [{0}]: it is required")]
    Missing(&'static str),
    /// A parameter holds something that cannot be taken. The problem never repeats the value.
    #[error("invalid parameter [{name}]: {problem}")]
    Bad { name: &'static str, problem: Cow<'static, str> },
    #[error("service not found [{0}]")]
    UnknownService(String),
    #[error("method not found [{0}]")]
    UnknownMethod(String),
    /// Secrets do not belong into URLs.
    #[error("{0} takes secrets, so it has to be called with POST")]
    PostOnly(&'static str),
    /// Neither GET nor POST.
    #[error("the API is called with GET or POST")]
    Verb,
    /// A page of another site makes its visitor's browser sign in.
    #[error("{0} is not for pages of other sites: sign in at the dashboard, or call it from a program")]
    ForeignPage(&'static str),
    /// This token does not open this method.
    #[error("the token has no permission to call {0}")]
    NotGranted(&'static str),
    /// This role does not open this method.
    #[error("your role here has no permission to call {0}")]
    Role(&'static str),
    /// The second factor of a sign-in is wrong; the domain does not know that it was for one.
    #[error("the code is wrong or was used already")]
    SignInCode,
    /// Too many sign-ins failed; the domain does not know that this was one.
    #[error("too many tries: try again in {wait} s")]
    SignInThrottled { wait: u32 },
    #[error(transparent)]
    Domain(#[from] Error),
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        match refusal {
            Refusal::Request(text) => ApiError::Request(text),
            Refusal::TooLarge { name, problem } => ApiError::TooLarge { name, problem },
            Refusal::Missing(name) => ApiError::Missing(name),
            Refusal::Bad { name, problem } => ApiError::Bad { name, problem },
            Refusal::Nameless(problem) => ApiError::Request(problem),
        }
    }
}

impl ApiError {
    /// A parameter that cannot be taken; `problem` says what would be right and never repeats the value.
    pub fn bad(name: &'static str, problem: impl Into<Cow<'static, str>>) -> ApiError {
        ApiError::Bad { name, problem: problem.into() }
    }

    /// A bound of the whole request that was met.
    pub fn too_large(problem: impl Into<Cow<'static, str>>) -> ApiError {
        ApiError::TooLarge { name: None, problem: problem.into() }
    }

    /// The same, but it calls a parameter of the method as the client called it.
    pub fn named(self, declared: &'static [Param], names: &Names) -> ApiError {
        match self {
            ApiError::Bad { name, problem } => ApiError::Bad { name: names.used(name).unwrap_or(name), problem },
            ApiError::TooLarge { name: Some(name), problem } => {
                ApiError::TooLarge { name: Some(names.used(name).unwrap_or(name)), problem }
            }
            ApiError::Domain(Error::Invalid { field, message }) => {
                let (name, problem) = parameters::named(field, message, declared);
                ApiError::Bad { name: names.used(name).unwrap_or(name), problem }
            }
            other => other,
        }
    }

    /// The code on the wire.
    pub fn code(&self) -> Code {
        match self {
            ApiError::Request(_)
            | ApiError::TooLarge { .. }
            | ApiError::Encoded(_)
            | ApiError::NoCredential
            | ApiError::TwoCredentials
            | ApiError::Missing(_)
            | ApiError::Bad { .. } => Code::Parameter,
            ApiError::UnknownService(_) => Code::UnknownService,
            ApiError::UnknownMethod(_) => Code::UnknownMethod,
            ApiError::PostOnly(_) | ApiError::Verb => Code::NotPermitted,
            ApiError::Slip(_) => Code::NotAuthenticated,
            ApiError::NotGranted(_) => Code::NotGranted,
            ApiError::Role(_) | ApiError::ForeignPage(_) => Code::Forbidden,
            ApiError::SignInThrottled { .. } | ApiError::SignInCode => Code::WrongSignIn,
            ApiError::Domain(error) => of_domain(error),
        }
    }

    /// The text on the wire. What speaks of a parameter has the form that all such texts have.
    pub fn text(&self) -> String {
        match self {
            ApiError::Domain(Error::Invalid { field, message }) => {
                let (name, problem) = parameters::named(*field, message.clone(), &[]);
                format!("invalid parameter [{name}]: {problem}")
            }
            ApiError::TooLarge { name: Some(name), problem } => format!("invalid parameter [{name}]: {problem}"),
            ApiError::Domain(Error::SecondFactorNeeded { totp, .. }) => {
                format!("invalid parameter [code]: {}", code_needed(*totp))
            }
            other => other.to_string(),
        }
    }

    /// As [`text`](ApiError::text), fit to be kept: without what commands wrote, which may be secret.
    pub fn kept_text(&self) -> String {
        match self {
            ApiError::Domain(error @ Error::Step { .. }) => error.without_output(),
            _ => self.text(),
        }
    }

    /// Why, as the audit log says it of a refused call: nothing in it was chosen by the caller.
    pub fn audit_text(&self) -> String {
        match self {
            ApiError::NotGranted(_) | ApiError::Role(_) | ApiError::PostOnly(_) | ApiError::Verb => self.text(),
            ApiError::Domain(Error::Forbidden(Cow::Borrowed(fixed))) => (*fixed).to_owned(),
            ApiError::Domain(Error::Denied(Denied::Network(_))) => {
                "the token is not accepted from this address".to_owned()
            }
            ApiError::Domain(Error::Denied(denied)) => denied.to_string(),
            _ => self.code().meaning().to_owned(),
        }
    }

    /// The envelope, `{"result":N,"error":"…","source":"…"}`, with `secrets` redacted in the text: a text that names
    /// what was asked for may repeat a credential in the wrong place.
    pub fn envelope(&self, secrets: &[&str]) -> Vec<u8> {
        #[derive(Serialize)]
        struct Envelope<'a> {
            result: i64,
            error: &'a str,
            source: &'a str,
        }
        let code = self.code();
        let error = redact(self.text(), secrets);
        serde_json::to_vec(&Envelope { result: code.number(), error: &error, source: code.source() })
            .expect("text and a number can always be written")
    }
}

impl From<NotReceived> for ApiError {
    fn from(not: NotReceived) -> ApiError {
        match not {
            NotReceived::OnTheWay(why) => ApiError::Request(why.into()),
            NotReceived::Domain(error) => error.into(),
        }
    }
}

impl From<Broken> for ApiError {
    fn from(broken: Broken) -> ApiError {
        let text = broken.to_string();
        if broken.is_too_large() { ApiError::too_large(text) } else { ApiError::Request(text.into()) }
    }
}

/// The code of what the domain answers.
fn of_domain(error: &Error) -> Code {
    match error {
        Error::NotAuthenticated(_) => Code::NotAuthenticated,
        Error::WrongSignIn { .. } => Code::WrongSignIn,
        Error::WrongPassword { .. } | Error::WrongCode { .. } | Error::TooManyTries { .. } => Code::WrongPassword,
        Error::SecondFactorNeeded { .. } => Code::Parameter,
        Error::Forbidden(_) => Code::Forbidden,
        Error::Denied(denied) => of_denied(denied),
        Error::Invalid { .. } => Code::Parameter,
        Error::NotFound(_) => Code::NotFound,
        Error::NoEnvironment(_) => Code::NoEnvironment,
        Error::Exists(_) | Error::Changed(_) => Code::NotPermitted,
        Error::Limit(_) => Code::Limit,
        Error::WrongState { .. } => Code::WrongState,
        Error::SshKey(_) => Code::SshKey,
        Error::SshKeyExists(_) => Code::SshKeyExists,
        Error::SshKeyTitle(_) => Code::SshKeyTitle,
        Error::DamagedArchive(_) => Code::DamagedArchive,
        Error::EmptyArchive(_) => Code::EmptyArchive,
        Error::DeployFailed(_) => Code::DeployFailed,
        Error::Engine(_) => Code::NodeFailed,
        Error::RegistryLogin(_) => Code::RegistryLogin,
        Error::Internal => Code::Internal,
        Error::Unavailable
        | Error::Elsewhere { .. }
        | Error::ServerAway(_)
        | Error::FileAway { .. }
        | Error::EngineAway(_) => Code::Unavailable,
        Error::Step { cause, .. } => of_domain(cause),
    }
}

/// The code of what a known caller is refused.
const fn of_denied(denied: &Denied) -> Code {
    match denied {
        Denied::InUrl => Code::NotAuthenticated,
        Denied::Network(_) | Denied::Role(_) => Code::Forbidden,
        Denied::Rate { .. } => Code::Unavailable,
        Denied::NotTicked(_) | Denied::Reach => Code::NotGranted,
    }
}

/// What confirms a change besides the password. A passkey speaks to browsers only.
fn code_needed(totp: bool) -> &'static str {
    if totp {
        "a second factor is in use, so the code of the authenticator (or a recovery code) is required too"
    } else {
        "a passkey is in use, which needs the dashboard; here a recovery code is required too"
    }
}

/// Replaces what looks like a token or a session, and each of `secrets`, by `[secret]`.
pub fn redact(mut text: String, secrets: &[&str]) -> String {
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        if text.contains(secret) {
            text = text.replace(secret, REDACTED);
        }
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(is_of_word) {
        let (before, from_word) = rest.split_at(at);
        let (word, after) = from_word.split_at(from_word.find(|c| !is_of_word(c)).unwrap_or(from_word.len()));
        // A token with a slip of the pen is most of a token.
        let secret = word.contains("krp_") || shape(word) != Shape::Noise;
        clean.push_str(before);
        clean.push_str(if secret { REDACTED } else { word });
        rest = after;
    }
    clean.push_str(rest);
    clean
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

const REDACTED: &str = "[secret]";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_text_never_repeats_a_credential() {
        let name = "krp_abcdefg, hunter22 and 7x0123456789abcdef0123456789abcdef";
        let error = ApiError::Domain(Error::NoEnvironment(name.into()));
        let envelope = String::from_utf8(error.envelope(&["hunter22"])).unwrap();
        assert_eq!(
            envelope,
            r#"{"result":11,"error":"there is no environment “[secret], [secret] and [secret]”","source":"JEL"}"#
        );
    }
}
