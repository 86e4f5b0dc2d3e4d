//! The person behind a credential, as the platform writes it (`AuthenticationResponse`).

use keyrack_domain::caller::Caller;
use serde::Serialize;

/// The fields of the answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    uid: i64,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    status: &'static str,
    /// Clients take a session for valid when this field is there.
    access_type: &'static str,
    auth_type: &'static str,
}

impl<'a> Person<'a> {
    /// What the caller itself knows; needs no look-up.
    pub fn new(caller: &'a Caller) -> Person<'a> {
        Person {
            session: None,
            uid: caller.user.0,
            email: &caller.email,
            name: None,
            status: "ENABLED",
            access_type: "FULL_ACCESS",
            auth_type: "BASIC",
        }
    }

    /// Adds the name.
    #[must_use]
    pub fn named(mut self, name: &'a str) -> Person<'a> {
        self.name = Some(name);
        self
    }

    /// Adds the value of a new session.
    #[must_use]
    pub fn with_session(mut self, session: &'a str) -> Person<'a> {
        self.session = Some(session);
        self
    }
}
