//! Finishing a sign-in by the second factor.

use keyrack_domain::Error;
use keyrack_domain::accounts::SessionKind;
use keyrack_domain::second_factor::Proof;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::PublicCall;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::PublicMethod;
use crate::dispatch::registry::Effect;
use crate::methods::users::person::SignedInPerson;

/// Finishes a sign-in whose Signin answered authType TFA; its session is good for every method from then on.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verify2FaCode {
    /// The value that Signin answered.
    #[schemars(example = &"7x0f…")]
    session: Secret,
    /// The code of the authenticator, or a recovery code; each is taken once.
    #[schemars(example = &"123456")]
    code: Secret,
}

impl PublicMethod for Verify2FaCode {
    const NAME: &str = "users.authentication.Verify2FACode";
    const EFFECT: Effect = Effect::Change;
    const CODES: &[Code] = &[Code::Forbidden, Code::WrongSignIn, Code::NotAuthenticated];
    type Answer = SignedInPerson;

    async fn run(self, call: &PublicCall) -> Result<SignedInPerson, ApiError> {
        let proof = Proof::Code(self.code.into_inner());
        let finishing =
            call.keyrack.accounts.finish_sign_in(self.session.trim(), &proof, &call.client, SessionKind::Api);
        let opened = finishing.await.map_err(|error| match error {
            Error::WrongCode { .. } => ApiError::SignInCode,
            Error::TooManyTries { wait } => ApiError::SignInThrottled { wait },
            other => other.into(),
        })?;
        Ok(SignedInPerson::from(opened).by_second_factor())
    }
}
