//! The person behind a credential, as the platform writes it (`AuthenticationResponse`).

use std::borrow::Cow;
use std::sync::Arc;

use keyrack_domain::accounts::{Challenge, SignedIn};
use keyrack_domain::caller::Caller;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// The person behind a credential; needs no look-up.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    #[schemars(example = 7)]
    uid: i64,
    email: Email,
    #[schemars(example = &"ENABLED")]
    status: &'static str,
    /// Clients take a session for valid when this field is there.
    #[schemars(example = &"FULL_ACCESS")]
    access_type: &'static str,
    #[schemars(example = &"BASIC")]
    auth_type: &'static str,
}

/// The person behind a credential, with the name.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamedPerson {
    #[schemars(example = 7)]
    uid: i64,
    email: Email,
    #[schemars(example = &"Ada")]
    name: String,
    #[schemars(example = &"ENABLED")]
    status: &'static str,
    #[schemars(example = &"FULL_ACCESS")]
    access_type: &'static str,
    #[schemars(example = &"BASIC")]
    auth_type: &'static str,
}

/// Somebody who signed in. Where a second factor is still to come, there is no `accessType`, so that clients do not take the
/// value for a session.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedInPerson {
    /// The value of the new session.
    #[schemars(example = &"7x0f…")]
    session: String,
    #[schemars(example = 7)]
    uid: i64,
    email: Email,
    /// Absent until the second factor is proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"Ada")]
    name: Option<String>,
    #[schemars(example = &"ENABLED")]
    status: &'static str,
    /// Absent until the second factor is proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"FULL_ACCESS")]
    access_type: Option<&'static str>,
    /// `TFA` where a second factor is in use.
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

const ENABLED: &str = "ENABLED";
const FULL_ACCESS: &str = "FULL_ACCESS";
const BASIC: &str = "BASIC";
const SECOND_FACTOR: &str = "TFA";

impl From<Arc<Caller>> for Person {
    fn from(caller: Arc<Caller>) -> Person {
        Person {
            uid: caller.user.0,
            email: Email::Of(caller),
            status: ENABLED,
            access_type: FULL_ACCESS,
            auth_type: BASIC,
        }
    }
}

impl NamedPerson {
    /// The caller and the name.
    pub fn new(caller: Arc<Caller>, name: String) -> NamedPerson {
        NamedPerson {
            uid: caller.user.0,
            email: Email::Of(caller),
            name,
            status: ENABLED,
            access_type: FULL_ACCESS,
            auth_type: BASIC,
        }
    }
}

impl From<SignedIn> for SignedInPerson {
    fn from(signed_in: SignedIn) -> SignedInPerson {
        SignedInPerson {
            session: signed_in.session.as_str().to_owned(),
            uid: signed_in.caller.user.0,
            email: Email::Of(signed_in.caller),
            name: Some(signed_in.profile.name),
            status: ENABLED,
            access_type: Some(FULL_ACCESS),
            auth_type: BASIC,
            required_auth_check: None,
        }
    }
}

/// Somebody whose password was right and whose second factor is still to come.
impl From<Challenge> for SignedInPerson {
    fn from(challenge: Challenge) -> SignedInPerson {
        SignedInPerson {
            session: challenge.secret.as_str().to_owned(),
            uid: challenge.user.0,
            email: Email::Text(challenge.email),
            name: None,
            status: ENABLED,
            access_type: None,
            auth_type: SECOND_FACTOR,
            required_auth_check: Some(AuthCheck {
                id: challenge.user.0,
                kind: "TOTP",
                is_configured: challenge.having.totp,
                is_active: challenge.having.totp,
            }),
        }
    }
}

impl SignedInPerson {
    /// Notes that a second factor was proved too.
    #[must_use]
    pub fn by_second_factor(mut self) -> SignedInPerson {
        self.auth_type = SECOND_FACTOR;
        self
    }
}
