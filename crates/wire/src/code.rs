//! The result codes of the wire.

/// Result codes of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    Unavailable,
    Parameter,
    NotFound,
    UnknownService,
    UnknownMethod,
    Forbidden,
    NotPermitted,
    NoEnvironment,
    Internal,
    WrongSignIn,
    NotAuthenticated,
    WrongPassword,
    WrongState,
    Limit,
    DeployFailed,
    DamagedArchive,
    EmptyArchive,
    NodeFailed,
    RegistryLogin,
    SshKey,
    SshKeyExists,
    SshKeyTitle,
    NotGranted,
}

impl Code {
    /// Every code there is, by its number.
    pub const ALL: [Code; 23] = [
        Code::Unavailable,
        Code::Parameter,
        Code::NotFound,
        Code::UnknownService,
        Code::UnknownMethod,
        Code::Forbidden,
        Code::NotPermitted,
        Code::NoEnvironment,
        Code::Internal,
        Code::WrongSignIn,
        Code::NotAuthenticated,
        Code::WrongPassword,
        Code::WrongState,
        Code::Limit,
        Code::DeployFailed,
        Code::DamagedArchive,
        Code::EmptyArchive,
        Code::NodeFailed,
        Code::RegistryLogin,
        Code::SshKey,
        Code::SshKeyExists,
        Code::SshKeyTitle,
        Code::NotGranted,
    ];

    /// The number on the wire.
    pub const fn number(self) -> i64 {
        match self {
            Code::Unavailable => 1,
            Code::Parameter => 3,
            Code::NotFound => 4,
            Code::UnknownService => 5,
            Code::UnknownMethod => 6,
            Code::Forbidden => 8,
            Code::NotPermitted => 9,
            Code::NoEnvironment => 11,
            Code::Internal => 99,
            Code::WrongSignIn => 701,
            Code::NotAuthenticated => 702,
            Code::WrongPassword => 801,
            Code::WrongState => 2212,
            Code::Limit => 2338,
            Code::DeployFailed => 4060,
            Code::DamagedArchive => 4071,
            Code::EmptyArchive => 4072,
            Code::NodeFailed => 4081,
            Code::RegistryLogin => 4095,
            Code::SshKey => 6000,
            Code::SshKeyExists => 6001,
            Code::SshKeyTitle => 6002,
            Code::NotGranted => 8202,
        }
    }

    /// What it means, for the documentation.
    pub const fn meaning(self) -> &'static str {
        match self {
            Code::Unavailable => "the server cannot do this right now; trying again later may work",
            Code::Parameter => "a parameter is missing or cannot be taken; the text names it",
            Code::NotFound => "there is no such thing for this caller",
            Code::UnknownService => "there is no such service or class",
            Code::UnknownMethod => "the class has no such method",
            Code::Forbidden => "the caller's role or kind of credential may not do this",
            Code::NotPermitted => "this cannot be done in this way: a name that is taken, a GET where POST is needed",
            Code::NoEnvironment => "there is no such environment for this caller",
            Code::Internal => "something went wrong inside the server; its log says what",
            Code::WrongSignIn => "wrong e-mail address, password or code, or too many tries",
            Code::NotAuthenticated => {
                "the session or token is unknown, expired, replaced or removed; the text says which where that may be told"
            }
            Code::WrongPassword => "the password or the code that confirms the change is wrong, or too many tries",
            Code::WrongState => {
                "the environment is in a status that does not allow this; the text names it and those that do"
            }
            Code::NodeFailed => "a node cannot run, or cannot do what was asked of it; the text says why",
            Code::RegistryLogin => "the registry does not give the image to whoever signs in so",
            Code::Limit => "a limit of the account is reached",
            Code::DeployFailed => "a deployment did not come to its end; the text says what stopped it",
            Code::DamagedArchive => "the archive is none, is damaged, or leads out of its folder",
            Code::EmptyArchive => "the archive's file has no content at all",
            Code::SshKey => "this is no public SSH key that can be taken; the text says why",
            Code::SshKeyExists => "the user keeps this SSH key already",
            Code::SshKeyTitle => "another SSH key of the user has this title",
            Code::NotGranted => "the token may not call this method; the text names it",
        }
    }

    /// The part of the platform that speaks with this code (`source` on the wire).
    pub const fn source(self) -> &'static str {
        match self {
            Code::Forbidden | Code::WrongSignIn | Code::NotAuthenticated | Code::WrongPassword | Code::NotGranted => {
                "hx-core"
            }
            _ => "JEL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_once() {
        let mut numbers: Vec<_> = Code::ALL.iter().map(|code| code.number()).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
        numbers.dedup();
        assert_eq!(numbers.len(), Code::ALL.len());
    }
}
