//! One error type from the store to the doors. A door turns it into its own form: a result code, or the
//! refusal that a dialog shows.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::denied::Denied;
use crate::field::Field;
use keyrack_types::dates::wire_moment;
use keyrack_types::environments::EnvStatus;
use keyrack_types::ids::ServerId;
use keyrack_types::tokens::TokenView;

/// What a domain operation answers when it did not do what was asked. Nothing is half-written then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The credential is not one (any more).
    #[error("{0}")]
    NotAuthenticated(Credential),
    /// Sign-in with a wrong e-mail address or password; which of the two is not disclosed.
    #[error("wrong e-mail address or password")]
    WrongSignIn { wait: u32 },
    /// The password that confirms a change is wrong.
    #[error("wrong password")]
    WrongPassword { wait: u32 },
    /// The password was right, but the second factor has to be proved too.
    #[error("a second factor is needed: send its code")]
    SecondFactorNeeded { totp: bool, passkey: bool },
    /// The proof of the second factor is wrong, or was used already.
    #[error("the code is wrong or was used already")]
    WrongCode { wait: u32 },
    /// This try was not looked at; seconds until the next one will be.
    #[error("too many tries: try again in {wait} s")]
    TooManyTries { wait: u32 },
    /// The caller is known, but its role or kind of credential may not do this.
    #[error("{0}")]
    Forbidden(Cow<'static, str>),
    /// The caller is known, but must not make this call.
    #[error("{0}")]
    Denied(Denied),
    /// A value cannot be taken. A door that has a name for the field puts it before the message.
    #[error("{message}")]
    Invalid { field: Field, message: Cow<'static, str> },
    /// There is no such thing for this caller.
    #[error("{0}")]
    NotFound(Cow<'static, str>),
    /// There is no such environment for this caller.
    #[error("there is no environment “{0}”")]
    NoEnvironment(String),
    /// A name is taken, or a thing exists that should not.
    #[error("{0}")]
    Exists(Cow<'static, str>),
    /// The token changed since the version that the edit started from.
    #[error("the token was changed meanwhile")]
    Changed(Box<TokenView>),
    /// A limit of the account or the server is reached.
    #[error("{0}")]
    Limit(Cow<'static, str>),
    /// The environment is not in a state that allows this.
    #[error("{}", wrong_state(name, *current, needed))]
    WrongState { name: String, current: EnvStatus, needed: &'static [EnvStatus] },
    /// What is to be kept is no public SSH key.
    #[error("{0}")]
    SshKey(String),
    /// The user keeps this SSH key already.
    #[error("{0}")]
    SshKeyExists(String),
    /// Another SSH key of the user has this title.
    #[error("{0}")]
    SshKeyTitle(String),
    /// The archive is none, is damaged, or holds what must not be unpacked.
    #[error("{0}")]
    DamagedArchive(String),
    /// The archive has no content at all.
    #[error("{0}")]
    EmptyArchive(String),
    /// A deployment did not come to its end; the former content is there, unless the text says otherwise.
    #[error("{0}")]
    DeployFailed(String),
    /// The environment is run by another server, which has to be asked.
    #[error(
        "environment “{name}” is run by another server, which does not answer right now; try again when it is back"
    )]
    Elsewhere { name: String, server: ServerId, address: String },
    /// The environment is run by another server, and that one does not answer.
    #[error("the server that runs environment “{0}” does not answer right now; try again when it is back")]
    ServerAway(String),
    /// The file of an upload lies with another server, and that one does not answer.
    #[error(
        "“{name}” lies with server {server} of this installation, which does not answer right now; try again when it is \
         back, or upload the file again"
    )]
    FileAway { name: String, server: ServerId },
    /// The engine could not do it; the text says why and is safe to show.
    #[error("{0}")]
    Engine(String),
    /// The registry does not give the image to whoever signs in so.
    #[error("{0}")]
    RegistryLogin(String),
    /// What runs the node, or the registry of its image, does not answer.
    #[error("{0}")]
    EngineAway(String),
    /// A step of a manifest or of a deployment failed: which one, why, the end of what a command wrote (which may hold
    /// secrets), and what was undone of the steps before.
    #[error("{at}: {cause}{output}{undone}")]
    Step { at: String, cause: Box<Error>, output: String, undone: String },
    /// Cannot be done right now (database or workers out of reach); the cause is logged, not disclosed.
    #[error("the server cannot do this right now; try again shortly")]
    Unavailable,
    /// A defect or damaged data; the cause is logged, not disclosed.
    #[error("something went wrong inside the server; its log says what")]
    Internal,
}

/// Why a credential is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Credential {
    #[error("the session or token is not valid")]
    Unknown,
    #[error("the token has expired")]
    Expired,
    #[error("the session has ended")]
    Ended,
    /// The secret of a token that has another one since this moment.
    #[error("this value was replaced on {} UTC: use the new one", wire_moment(*.0))]
    Replaced(DateTime<Utc>),
    /// The secret was found where others can read it.
    #[error("this value was published, so it is refused: regenerate the token")]
    Published,
    /// A former secret of the token was used, and the token is to be frozen then.
    #[error("this token is frozen, because a former value of it was used: regenerate the token")]
    Frozen,
}

/// The short form of results in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A value that cannot be taken.
    pub fn invalid(field: impl Into<Field>, message: impl Into<Cow<'static, str>>) -> Error {
        Error::Invalid { field: field.into(), message: message.into() }
    }

    /// A step of a manifest that failed.
    pub fn step(at: impl Into<String>, cause: Error) -> Error {
        Error::Step { at: at.into(), cause: Box::new(cause), output: String::new(), undone: String::new() }
    }

    /// As it may be kept and shown to all members: without what commands wrote.
    pub fn without_output(&self) -> String {
        match self {
            Error::Step { at, cause, undone, .. } => format!("{at}: {}{undone}", cause.without_output()),
            other => other.to_string(),
        }
    }

    /// Something that must not happen did: logs the cause and hides it from the caller.
    pub fn internal(cause: impl std::fmt::Display) -> Error {
        tracing::error!(%cause, "internal error");
        Error::Internal
    }
}

/// Database constraints become user errors by their name where an operation asks for it ([`violated`]); everything else
/// that a database says is for the log.
impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        use sqlx::Error as E;
        let passing = matches!(error, E::PoolTimedOut | E::PoolClosed | E::Io(_) | E::Tls(_) | E::WorkerCrashed)
            || error.as_database_error().is_some_and(|db| {
                // SQLite: busy, locked, disk full, I/O; PostgreSQL: connection, resources, shutdown.
                db.code().is_some_and(|code| {
                    matches!(code.as_ref(), "5" | "6" | "13" | "10" | "261" | "517")
                        || code.starts_with("08")
                        || code.starts_with("53")
                        || code.starts_with("57")
                })
            });
        // That the database is out of reach is said once, and not again for each who asks.
        if !matches!(&error, E::Io(io) if io.kind() == std::io::ErrorKind::NotConnected) {
            tracing::error!(%error, "database");
        }
        if passing { Error::Unavailable } else { Error::Internal }
    }
}

/// Whether the error is a violation of the constraint with this name (PostgreSQL), or of one on this `table.column`
/// (SQLite names the columns instead).
pub fn violated(error: &sqlx::Error, constraint: &str, columns: &str) -> bool {
    error.as_database_error().is_some_and(|db| {
        db.constraint() == Some(constraint) || (db.is_unique_violation() && db.message().contains(columns))
    })
}

fn wrong_state(name: &str, current: EnvStatus, needed: &[EnvStatus]) -> String {
    let needed: Vec<_> = needed.iter().map(|status| status.constant()).collect();
    format!(
        "environment “{name}” is in status {} ({}); this needs {}",
        current.constant(),
        current.label().trim_end_matches('…'),
        needed.join(" or ")
    )
}
