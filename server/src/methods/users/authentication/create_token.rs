//! Making a token.

use keyrack_domain::tokens::NewToken;
use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limits::{AllowInUrl, Environments, FreezeOnReuse, LimitParams, MayCreate, Networks, RateLimit};
use super::scope::{ApiList, TokenTemplate};
use super::{ExpiresAt, bean, scope};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, TokenPassword, confirm_with};

/// Makes a token; the answer holds its value, which is never shown again.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateToken {
    /// What the token is for; 1 to 255 characters.
    #[schemars(example = &"Deploy script")]
    description: String,
    #[serde(default)]
    api_list: ApiList,
    token_template: Option<TokenTemplate>,
    expires_at: Option<ExpiresAt>,
    environments: Option<Environments>,
    may_create: Option<MayCreate>,
    networks: Option<Networks>,
    rate_limit: Option<RateLimit>,
    allow_in_url: Option<AllowInUrl>,
    freeze_on_reuse: Option<FreezeOnReuse>,
    password: Option<TokenPassword>,
    code: Option<FactorCode>,
}

/// The token that was made.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CreatedToken")]
pub struct Created {
    token: bean::NewToken,
}

impl Method for CreateToken {
    const NAME: &str = "users.authentication.CreateToken";
    const RIGHT: Right = Right::Session(Role::Manager);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::WrongPassword, Code::Limit];
    type Answer = Created;

    async fn run(self, call: &Call) -> Result<Created, ApiError> {
        let scope = scope::read(self.token_template, self.api_list)?.ok_or(ApiError::Missing("apiList"))?;
        let given = LimitParams {
            environments: self.environments,
            may_create: self.may_create,
            networks: self.networks,
            rate_limit: self.rate_limit,
            allow_in_url: self.allow_in_url,
            freeze_on_reuse: self.freeze_on_reuse,
        };
        let new = NewToken {
            description: self.description,
            scope,
            expires: self.expires_at.and_then(|end| end.0.moment()),
            shared: false,
            limits: given.limits(),
        };
        let confirmed = confirm_with(call, self.password.as_deref(), self.code.as_deref()).await?;
        let made = call.keyrack.tokens.create(&confirmed, &new).await?;
        Ok(Created { token: made.into() })
    }
}
