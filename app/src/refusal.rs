//! What the domain refuses, as a dialog shows it.

use keyrack_domain::field::{Account, Field, Token};
use keyrack_domain::{Error, types::refusal};

/// The refusal that a page shows: beside the input that it is about, where there is one.
pub fn of(error: Error) -> refusal::Refusal {
    use refusal::Refusal;
    let message = error.to_string();
    match error {
        Error::NotAuthenticated(_) => Refusal::SignedOut,
        Error::WrongSignIn { wait } | Error::WrongPassword { wait } => Refusal::WrongPassword { wait },
        Error::TooManyTries { wait } => Refusal::TooManyTries { wait },
        Error::SecondFactorNeeded { totp, passkey } => Refusal::SecondFactorNeeded { totp, passkey },
        Error::WrongCode { wait } => Refusal::WrongCode { wait },
        Error::Invalid { field, .. } => match input(field) {
            Some(field) => Refusal::Field { field, message },
            None => Refusal::Invalid { message: sentence(&message) },
        },
        Error::Changed(current) => Refusal::Changed { current },
        Error::NotFound(_) | Error::NoEnvironment(_) => Refusal::Gone { message: sentence(&message) },
        Error::Limit(_) => Refusal::Limit { message: sentence(&message) },
        Error::Forbidden(_) | Error::Denied(_) | Error::Exists(_) => Refusal::Forbidden { message: sentence(&message) },
        Error::WrongState { .. } => Refusal::WrongState { message: sentence(&message) },
        Error::Engine(_)
        | Error::RegistryLogin(_)
        | Error::EngineAway(_)
        | Error::SshKey(_)
        | Error::SshKeyExists(_)
        | Error::SshKeyTitle(_)
        | Error::Step { .. }
        | Error::DamagedArchive(_)
        | Error::EmptyArchive(_)
        | Error::DeployFailed(_)
        | Error::Elsewhere { .. }
        | Error::ServerAway(_)
        | Error::FileAway { .. }
        | Error::Unavailable
        | Error::Internal => Refusal::Unavailable { message: sentence(&message) },
    }
}

/// The input of a page for this field; none for what no page asks for.
const fn input(field: Field) -> Option<refusal::Field> {
    use refusal::Field as Input;
    match field {
        Field::Account(field) => match field {
            Account::Email => Some(Input::Email),
            Account::Password => Some(Input::Password),
            Account::NewPassword => Some(Input::NewPassword),
            Account::Name | Account::PasskeyName => Some(Input::Name),
            Account::Passkey => Some(Input::Code),
            Account::SshKeyTitle | Account::MemberTokens => None,
        },
        Field::Token(field) => match field {
            Token::Description => Some(Input::Description),
            Token::Expires => Some(Input::Expires),
            Token::Methods => Some(Input::Methods),
            Token::Ids | Token::Environments | Token::Networks | Token::RateLimit | Token::Overlap => None,
        },
        // No page has inputs for these subjects.
        Field::Environment(_) | Field::Upload(_) | Field::App(_) | Field::Task(_) => None,
    }
}

/// Begins with a capital and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut text =
        chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}
