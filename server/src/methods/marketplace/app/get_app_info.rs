//! One app.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::app_info::Info;
use super::super::apps::App;
use super::super::params::{AnyOwner, AppId, Lang};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Tells everything of an app, with the form that it asks for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetAppInfo {
    id: AppId,
    _lang: Option<Lang>,
    _owner_uid: Option<AnyOwner>,
}

impl Method for GetAppInfo {
    const NAME: &str = "marketplace.app.GetAppInfo";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NotFound];
    type Answer = Sorted<Info<App>>;

    async fn run(self, call: &Call) -> Result<Sorted<Info<App>>, ApiError> {
        let found = call.keyrack.marketplace.read_app(&call.caller, &call.client, &self.id.0).await?;
        Ok(Info::of(App::of(&found), Some(&found.manifest), call.caller.role))
    }
}
