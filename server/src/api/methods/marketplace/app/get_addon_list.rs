//! Add-ons.

use keyrack_domain::marketplace::{App, Installation, ManifestType};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::app;
use super::super::{LANG, LAYER, SEARCH};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "marketplace.app.GetAddonList",
    summary: "Lists add-ons: all, or those for an environment or layer; tells which are installed there.",
    params: &[SEARCH, LAYER, Param::optional("envName", Kind::Text, "The environment.", "my-project"), LANG],
    answer: r#"{"result":0,"total":1,"apps":[{"id":"scale","appId":"scale","isOwn":false,"type":"update","name":"Scale a layer","isInstalled":true,"uniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6"}]}"#,
    codes: &[Code::NoEnvironment],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (search, layer) = (params.opt_text("search")?.unwrap_or_default(), params.opt_text("nodeGroup")?);
    let environment = match params.opt_text("envName")? {
        Some(name) => Some(call.keyrack.environments.get(&call.caller, name).await?),
        None => None,
    };
    let layers: Vec<&str> = match (layer, &environment) {
        (Some(layer), _) => vec![layer],
        (None, Some(environment)) => environment.layers.iter().map(|layer| layer.name.as_str()).collect(),
        (None, None) => Vec::new(),
    };
    let anywhere = layer.is_none() && environment.is_none();
    let installed = call.keyrack.marketplace.installations(&call.caller).await?;
    let found = call.keyrack.marketplace.apps(&call.caller).await?;
    let fits = |found: &&App| match anywhere {
        true => found.manifest.kind == ManifestType::Update,
        false => found.is_addon_for(&layers),
    };
    let apps: Vec<_> = found
        .iter()
        .filter(|found| found.holds(search))
        .filter(fits)
        .map(|found| {
            let here = |one: &&Installation| {
                let name = one.environment.as_ref().map(|(name, _)| name);
                one.app == found.id && environment.as_ref().is_some_and(|it| name == Some(&it.name))
            };
            let here = installed.iter().find(here);
            let mut told = app(found);
            told["isInstalled"] = json!(here.is_some());
            told["uniqueName"] = json!(here.map(|one| &one.unique_name));
            told
        })
        .collect();
    Answer::object(json!({ "total": apps.len(), "apps": apps }))
}
