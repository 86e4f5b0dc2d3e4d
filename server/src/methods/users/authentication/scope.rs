//! What a token shall open, as calls say it.

use keyrack_domain::tokens::Scope;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::error::ApiError;
use crate::methods::users::policy::one_of_the_sets;

/// An API set instead of single methods: Extended Access, IDE Plugins, Marketplace or Maven Plugin.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(example = &"IDE Plugins")]
pub struct TokenTemplate(#[schemars(with = "String")] ApiSet);

impl TryFrom<String> for TokenTemplate {
    type Error = String;

    fn try_from(name: String) -> Result<TokenTemplate, String> {
        ApiSet::by_name(&name).map(TokenTemplate).ok_or_else(one_of_the_sets)
    }
}

/// The methods that the token opens, by their full names; short services (env, dev, mgmt, util) are understood.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    example = &"environment.control.StopEnv,environment.control.GetEnvs",
    extend("x-shown" = true)
)]
pub struct ApiList(Vec<String>);

/// Reads `tokenTemplate` and `apiList`; `None` when neither is there.
///
/// # Errors
/// When both are given: opening the larger of the two would open more than was meant.
pub fn read(template: Option<TokenTemplate>, methods: ApiList) -> Result<Option<Scope>, ApiError> {
    let methods = methods.0;
    let set = match template {
        Some(TokenTemplate(set)) => set,
        None if methods.is_empty() => return Ok(None),
        None => ApiSet::Custom,
    };
    if set != ApiSet::Custom && !methods.is_empty() {
        return Err(ApiError::bad("apiList", "give either a tokenTemplate or an apiList, not both"));
    }
    Ok(Some(Scope::of(set, methods)))
}
