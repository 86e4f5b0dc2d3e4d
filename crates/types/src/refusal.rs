//! Expected refusals, as values that a dialog can show.

use serde::{Deserialize, Serialize};

use super::tokens::TokenView;

/// The field of a form that a refusal stands beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Field {
    Description,
    Expires,
    Methods,
    Password,
    Name,
    Email,
    Code,
    NewPassword,
    Role,
}

/// Why a request was not carried out; nothing was changed. Every text is ready for a person to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Refusal {
    /// The session is over: sign in again and come back.
    SignedOut,
    /// The password was wrong. `wait` is the pause in seconds before the next try is looked at (0 = none yet).
    WrongPassword { wait: u32 },
    /// The password was right; the second factor is to be proved too.
    SecondFactorNeeded { totp: bool, passkey: bool },
    /// The code (or the passkey's answer) was wrong. `wait` is the pause in seconds before the next try.
    WrongCode { wait: u32 },
    /// Too many wrong passwords: this try was not looked at. Try again in `wait` seconds.
    TooManyTries { wait: u32 },
    /// One field holds something that cannot be taken.
    Field { field: Field, message: String },
    /// A value that no input of the page stands for cannot be taken.
    Invalid { message: String },
    /// Somebody else changed the token meanwhile; `current` is how it stands now.
    Changed { current: Box<TokenView> },
    /// What was to be changed is not there any more.
    Gone { message: String },
    /// A limit of the account is reached.
    Limit { message: String },
    /// The caller's role or session may not do this.
    Forbidden { message: String },
    /// An environment is not in the state that the request needs.
    WrongState { message: String },
    /// The server cannot do it now (database or engine out of reach); trying again later may work.
    Unavailable { message: String },
}

impl Refusal {
    /// The refusal in one or two sentences.
    pub fn message(&self) -> String {
        match self {
            Refusal::SignedOut => "Your session has ended. Sign in again to go on.".into(),
            Refusal::WrongPassword { wait: 0 } => "That is not your password.".into(),
            Refusal::WrongPassword { wait } => {
                format!("That is not your password. The next try is possible in {}.", seconds(*wait))
            }
            Refusal::SecondFactorNeeded { totp: true, .. } => {
                "Enter the code of your authenticator, or a recovery code.".into()
            }
            Refusal::SecondFactorNeeded { .. } => "Confirm with your passkey, or enter a recovery code.".into(),
            Refusal::WrongCode { wait: 0 } => {
                "That code is not right, or was used already. Wait for the next one and try again.".into()
            }
            Refusal::WrongCode { wait } => {
                format!("That code is not right, or was used already. The next try is possible in {}.", seconds(*wait))
            }
            Refusal::TooManyTries { wait } => {
                format!("Too many tries. Try again in {}.", seconds(*wait))
            }
            Refusal::Changed { .. } => "Somebody changed this token while you were editing it.".into(),
            Refusal::Field { message, .. }
            | Refusal::Invalid { message }
            | Refusal::Gone { message }
            | Refusal::Limit { message }
            | Refusal::Forbidden { message }
            | Refusal::WrongState { message }
            | Refusal::Unavailable { message } => message.clone(),
        }
    }
}

/// What a server function answers when nothing unexpected happened.
pub type Answer<T> = Result<T, Refusal>;

fn seconds(count: u32) -> String {
    if count == 1 { "1 second".into() } else { format!("{count} seconds") }
}
