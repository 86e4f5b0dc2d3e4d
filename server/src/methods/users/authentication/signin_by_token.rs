//! Opening a session by an Extended Access token.

use keyrack_domain::accounts::SessionKind;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::PublicCall;
use crate::dispatch::credential::explain;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::PublicMethod;
use crate::dispatch::registry::Effect;
use crate::methods::users::person::SignedInPerson;

/// Opens a session by a token with Extended Access; it ends when the token ends.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SigninByToken {
    /// The token.
    #[schemars(example = &"krp_…")]
    token: Secret,
    /// Accepted for compatibility; not looked at.
    _user_headers: Option<String>,
}

impl PublicMethod for SigninByToken {
    const NAME: &str = "users.authentication.SigninByToken";
    const EFFECT: Effect = Effect::Change;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotAuthenticated];
    type Answer = SignedInPerson;

    async fn run(self, call: &PublicCall) -> Result<SignedInPerson, ApiError> {
        let accounts = &call.keyrack.accounts;
        let opened = if call.in_url {
            accounts.sign_in_with_token_in_url(&self.token, &call.client, SessionKind::Api).await
        } else {
            accounts.sign_in_with_token(&self.token, &call.client, SessionKind::Api).await
        };
        let opened = opened.map_err(|error| explain(error, &self.token))?;
        Ok(opened.into())
    }
}
