//! The person behind a credential, as the platform writes it (`AuthenticationResponse`).

use keyrack_domain::accounts::Challenge;
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
    #[serde(skip_serializing_if = "Option::is_none")]
    access_type: Option<&'static str>,
    auth_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_auth_check: Option<AuthCheck>,
}

/// What is still to be proved. A recovery code does for users whose only second factor is a passkey.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthCheck {
    id: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    is_configured: bool,
    is_active: bool,
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
            access_type: Some("FULL_ACCESS"),
            auth_type: "BASIC",
            required_auth_check: None,
        }
    }

    /// Somebody whose password was right and whose second factor is still to come. Without `accessType`, so that clients
    /// do not take the value for a session.
    pub fn half(challenge: &'a Challenge) -> Person<'a> {
        Person {
            session: Some(challenge.secret.as_str()),
            uid: challenge.user.0,
            email: &challenge.email,
            name: None,
            status: "ENABLED",
            access_type: None,
            auth_type: "TFA",
            required_auth_check: Some(AuthCheck {
                id: challenge.user.0,
                kind: "TOTP",
                is_configured: challenge.having.totp,
                is_active: challenge.having.totp,
            }),
        }
    }

    /// Notes that a second factor was proved too.
    #[must_use]
    pub fn by_second_factor(mut self) -> Person<'a> {
        self.auth_type = "TFA";
        self
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
