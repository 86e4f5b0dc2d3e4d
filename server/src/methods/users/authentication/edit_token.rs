//! Changing a token; its secret stays.

use keyrack_domain::tokens::{Expiry, TokenChange};
use keyrack_domain::types::accounts::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bean::Token;
use super::limits::{AllowInUrl, Environments, FreezeOnReuse, LimitParams, MayCreate, Networks, RateLimit};
use super::scope::{ApiList, TokenTemplate};
use super::{ExpiresAt, scope};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::confirm::{FactorCode, TokenPassword, confirm_with};

/// Changes what a token is called, opens, or how long it lives; its value stays, and so does what is left out. Who widens
/// a token of another member becomes its owner.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditToken {
    /// The token's number.
    #[schemars(example = 3)]
    id: i64,
    /// What the token is for; 1 to 255 characters.
    #[schemars(example = &"Deploy script")]
    description: Option<String>,
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

/// The token as it is now.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EditedToken")]
pub struct Edited {
    token: Token,
}

impl Method for EditToken {
    const NAME: &str = "users.authentication.EditToken";
    const RIGHT: Right = Right::Session(Role::Manager);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Edited;

    async fn run(self, call: &Call) -> Result<Edited, ApiError> {
        let given = LimitParams {
            environments: self.environments,
            may_create: self.may_create,
            networks: self.networks,
            rate_limit: self.rate_limit,
            allow_in_url: self.allow_in_url,
            freeze_on_reuse: self.freeze_on_reuse,
        };
        let change = TokenChange {
            description: self.description,
            scope: scope::read(self.token_template, self.api_list)?,
            expires: self.expires_at.map_or(Expiry::Keep, |end| end.0.moment().map_or(Expiry::Never, Expiry::At)),
            shared: None,
            limits: given.change(),
        };
        let confirmed = confirm_with(call, self.password.as_deref(), self.code.as_deref()).await?;
        let token = call.keyrack.tokens.edit(&confirmed, self.id, None, &change).await?;
        Ok(Edited { token: token.into() })
    }
}
