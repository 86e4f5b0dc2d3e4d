//! The person behind a credential, as the platform writes it (`AuthenticationResponse`).

use std::borrow::Cow;
use std::sync::Arc;

use keyrack_domain::accounts::Challenge;
use keyrack_domain::caller::Caller;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// The person behind a credential.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The value of a new session.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    #[schemars(example = 7)]
    uid: i64,
    email: Email,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[schemars(example = &"ENABLED")]
    status: &'static str,
    /// Clients take a session for valid when this field is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"FULL_ACCESS")]
    access_type: Option<&'static str>,
    #[schemars(example = &"BASIC")]
    auth_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_auth_check: Option<AuthCheck>,
}

/// What is still to be proved. A recovery code does for users whose only second factor is a passkey.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AuthCheck {
    id: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    is_configured: bool,
    is_active: bool,
}

/// An address; that of a caller is not copied, because every CheckSign answers it.
#[derive(Debug)]
enum Email {
    Of(Arc<Caller>),
    Text(String),
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Email::Of(caller) => &caller.email,
            Email::Text(text) => text,
        })
    }
}

impl JsonSchema for Email {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Email".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "examples": ["ada@example.org"] })
    }
}

impl Person {
    /// What the caller itself knows; needs no look-up.
    pub fn new(caller: Arc<Caller>) -> Person {
        Person {
            session: None,
            uid: caller.user.0,
            email: Email::Of(caller),
            name: None,
            status: "ENABLED",
            access_type: Some("FULL_ACCESS"),
            auth_type: "BASIC",
            required_auth_check: None,
        }
    }

    /// Somebody whose password was right and whose second factor is still to come. Without `accessType`, so that clients
    /// do not take the value for a session.
    pub fn half(challenge: Challenge) -> Person {
        Person {
            session: Some(challenge.secret.as_str().to_owned()),
            uid: challenge.user.0,
            email: Email::Text(challenge.email),
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
    pub fn by_second_factor(mut self) -> Person {
        self.auth_type = "TFA";
        self
    }

    /// Adds the name.
    #[must_use]
    pub fn named(mut self, name: String) -> Person {
        self.name = Some(name);
        self
    }

    /// Adds the value of a new session.
    #[must_use]
    pub fn with_session(mut self, session: &str) -> Person {
        self.session = Some(session.to_owned());
        self
    }
}
