//! Opening a session by e-mail address and password.

use keyrack_domain::Error;
use keyrack_domain::accounts::{SessionKind, SignIn};
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::PublicCall;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::PublicMethod;
use crate::dispatch::registry::Effect;
use crate::methods::users::person::SignedInPerson;

/// Opens a session by e-mail address and password. Where a second factor is in use, `session` is good for Verify2FACode only.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Signin {
    /// The user's e-mail address.
    #[schemars(example = &"ada@example.org", extend("x-aliases" = ["email"]))]
    login: String,
    /// The user's password.
    #[schemars(example = &"correct horse battery staple")]
    password: Secret,
}

impl PublicMethod for Signin {
    const NAME: &str = "users.authentication.Signin";
    const EFFECT: Effect = Effect::Change;
    const CODES: &[Code] = &[Code::Forbidden, Code::WrongSignIn];
    const POST_ONLY: bool = true;
    type Answer = SignedInPerson;

    async fn run(self, call: &PublicCall) -> Result<SignedInPerson, ApiError> {
        let signing_in = call.keyrack.accounts.sign_in(&self.login, &self.password, &call.client, SessionKind::Api);
        let opened = signing_in.await.map_err(|error| match error {
            Error::TooManyTries { wait } => ApiError::SignInThrottled { wait },
            other => other.into(),
        })?;
        Ok(match opened {
            SignIn::Done(opened) => opened.into(),
            SignIn::Half(challenge) => challenge.into(),
        })
    }
}
