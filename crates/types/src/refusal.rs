//! Expected refusals, as values that a dialog can show.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

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
#[derive(Clone, Debug, PartialEq, Serialize)]
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

/// What the variants of [`Refusal`] hold, together. Read by the code that serde makes for the enum, every page would load 15 KB of
/// WASM for it: a reader for each variant.
#[derive(Deserialize)]
struct Held {
    wait: Option<u32>,
    totp: Option<bool>,
    passkey: Option<bool>,
    field: Option<Field>,
    message: Option<String>,
    current: Option<Box<TokenView>>,
}

impl Held {
    /// The variant of this name.
    fn variant<E: Error>(self, name: &str) -> Result<Refusal, E> {
        let Held { wait, totp, passkey, field, message, current } = self;
        let made = (|| {
            Some(match name {
                "WrongPassword" => Refusal::WrongPassword { wait: wait? },
                "SecondFactorNeeded" => Refusal::SecondFactorNeeded { totp: totp?, passkey: passkey? },
                "WrongCode" => Refusal::WrongCode { wait: wait? },
                "TooManyTries" => Refusal::TooManyTries { wait: wait? },
                "Field" => Refusal::Field { field: field?, message: message? },
                "Invalid" => Refusal::Invalid { message: message? },
                "Changed" => Refusal::Changed { current: current? },
                "Gone" => Refusal::Gone { message: message? },
                "Limit" => Refusal::Limit { message: message? },
                "Forbidden" => Refusal::Forbidden { message: message? },
                "WrongState" => Refusal::WrongState { message: message? },
                "Unavailable" => Refusal::Unavailable { message: message? },
                _ => return None,
            })
        })();
        made.ok_or_else(|| E::custom("not a refusal, or not all of it"))
    }
}

/// As serde writes it: `"SignedOut"`, or an object of one member, the variant with what it holds.
impl<'de> Deserialize<'de> for Refusal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Refusal, D::Error> {
        struct RefusalVisitor;

        impl<'de> Visitor<'de> for RefusalVisitor {
            type Value = Refusal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a refusal")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Refusal, E> {
                if name == "SignedOut" { Ok(Refusal::SignedOut) } else { Err(E::custom("not a refusal")) }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Refusal, A::Error> {
                match members.next_entry::<String, Held>()? {
                    Some((name, held)) => held.variant(&name),
                    None => Err(A::Error::custom("an empty refusal")),
                }
            }
        }

        deserializer.deserialize_any(RefusalVisitor)
    }
}

/// What a server function answers when nothing unexpected happened.
pub type Answer<T> = Result<T, Refusal>;

fn seconds(count: u32) -> String {
    if count == 1 { "1 second".into() } else { format!("{count} seconds") }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::methods::ApiSet;
    use crate::token_limits::TokenLimits;

    fn token() -> TokenView {
        TokenView {
            id: 1,
            description: "deploy".into(),
            api_set: ApiSet::Custom,
            methods: vec!["environment.control.StopEnv".into()],
            expires: None,
            expired: false,
            last_used: None,
            used: None,
            created: DateTime::UNIX_EPOCH,
            owner: "ada@example.org".into(),
            mine: true,
            shared: false,
            version: 1,
            limits: TokenLimits::default(),
            secrets: Vec::new(),
            frozen: false,
        }
    }

    #[test]
    fn every_refusal_is_read_as_it_is_written() {
        let message = || "No.".to_owned();
        let all = [
            Refusal::SignedOut,
            Refusal::WrongPassword { wait: 3 },
            Refusal::SecondFactorNeeded { totp: true, passkey: false },
            Refusal::WrongCode { wait: 0 },
            Refusal::TooManyTries { wait: 60 },
            Refusal::Field { field: Field::NewPassword, message: message() },
            Refusal::Invalid { message: message() },
            Refusal::Changed { current: Box::new(token()) },
            Refusal::Gone { message: message() },
            Refusal::Limit { message: message() },
            Refusal::Forbidden { message: message() },
            Refusal::WrongState { message: message() },
            Refusal::Unavailable { message: message() },
        ];
        for refusal in all {
            let text = serde_json::to_string(&refusal).unwrap();
            assert_eq!(serde_json::from_str::<Refusal>(&text).unwrap(), refusal, "{text}");
            let answer: Answer<u8> = Err(refusal);
            let text = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::from_str::<Answer<u8>>(&text).unwrap(), answer, "{text}");
        }
        for text in [r#""Other""#, "{}", r#"{"Gone":{}}"#, r#"{"Other":{"message":"x"}}"#, "7"] {
            assert!(serde_json::from_str::<Refusal>(text).is_err(), "{text}");
        }
    }
}
