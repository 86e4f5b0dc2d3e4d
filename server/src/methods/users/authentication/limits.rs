//! What a token shall be limited to, as calls say it.

use keyrack_domain::tokens::LimitsChange;
use keyrack_domain::types::token_limits::{Environments as Reach, TokenLimits};
use schemars::JsonSchema;
use serde::Deserialize;

/// The environments that the token opens, by short name, domain or appid; `*` for all, also those to come. Absent means all for a new
/// token, and no change for one that there is; an empty list opens none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"my-project")]
pub struct Environments(Vec<String>);

/// Whether the token may create environments, which join those that it opens.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = false)]
pub struct MayCreate(bool);

/// Addresses and networks (CIDR) from which the token is accepted, 50 at most; `*` for any.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"192.0.2.0/24")]
pub struct Networks(Vec<String>);

/// Calls within any minute, 100000 at most; 0 sets no limit.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = 100)]
pub struct RateLimit(u32);

/// Whether the value of the token may come in a URL.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = true)]
pub struct AllowInUrl(bool);

/// Whether the token is frozen, until it is regenerated, when a former value of it is used.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = false)]
pub struct FreezeOnReuse(bool);

/// The limits of a call, those that it leaves out being absent.
pub struct LimitParams {
    pub environments: Option<Environments>,
    pub may_create: Option<MayCreate>,
    pub networks: Option<Networks>,
    pub rate_limit: Option<RateLimit>,
    pub allow_in_url: Option<AllowInUrl>,
    pub freeze_on_reuse: Option<FreezeOnReuse>,
}

impl LimitParams {
    /// What is to be different.
    pub fn change(self) -> LimitsChange {
        let reach =
            |names: Vec<String>| if names.iter().any(|name| name == "*") { Reach::All } else { Reach::Chosen(names) };
        LimitsChange {
            environments: self.environments.map(|names| reach(names.0)),
            may_create: self.may_create.map(|may| may.0),
            networks: self.networks.map(|networks| networks.0),
            rate_limit: self.rate_limit.map(|limit| limit.0),
            allow_in_url: self.allow_in_url.map(|allow| allow.0),
            freeze_on_reuse: self.freeze_on_reuse.map(|freeze| freeze.0),
        }
    }

    /// The limits of a new token.
    pub fn limits(self) -> TokenLimits {
        let change = self.change();
        let none = TokenLimits::default();
        TokenLimits {
            environments: change.environments.unwrap_or(none.environments),
            may_create: change.may_create.unwrap_or(none.may_create),
            networks: change.networks.unwrap_or(none.networks),
            rate_limit: change.rate_limit.unwrap_or(none.rate_limit),
            allow_in_url: change.allow_in_url.unwrap_or(none.allow_in_url),
            freeze_on_reuse: change.freeze_on_reuse.unwrap_or(none.freeze_on_reuse),
        }
    }
}
