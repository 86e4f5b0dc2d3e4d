//! Categories.

use keyrack_domain::marketplace;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::outcome::Response;
use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the categories of all apps.
#[derive(Deserialize, JsonSchema)]
pub struct GetCategories;

/// The categories of apps.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AppCategories")]
pub struct Categories {
    categories: Vec<Category>,
    #[schemars(example = 0)]
    result: u8,
}

/// A category of apps.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AppCategory")]
struct Category {
    #[schemars(example = &"apps/websites")]
    id: String,
    #[schemars(example = &"apps/websites")]
    title: String,
    /// How many apps are in it.
    #[schemars(example = 1)]
    total: usize,
}

impl Method for GetCategories {
    const NAME: &str = "marketplace.app.GetCategories";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = Response<Categories>;

    async fn run(self, call: &Call) -> Result<Response<Categories>, ApiError> {
        let categories = call.keyrack.marketplace.app_categories(&call.caller).await?;
        let one = |one: marketplace::Category| Category { id: one.name.clone(), title: one.name, total: one.apps };
        Ok(Response { response: Categories { categories: categories.into_iter().map(one).collect(), result: 0 } })
    }
}
