//! Creating.

use keyrack_domain::environments::{GroupChange, check_new_groups};
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::{JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::info::InfoResponse;
use super::super::params::{GroupNames, OwnerUid};
use super::until_settled;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Creates an environment from the description of its nodes, and starts it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateEnvironment {
    /// The environment: shortdomain (1 to 41 letters, digits and hyphens; made up when absent), displayName, region,
    /// ishaenabled, sslstate.
    #[schemars(example = r#"{"shortdomain":"my-shop"}"#)]
    env: JsonText,
    /// A list of nodes: nodeGroup, displayName, count, fixedCloudlets, flexibleCloudlets, docker.image, env, cmd.
    #[schemars(example = r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:latest"}}]"#)]
    nodes: JsonText,
    /// Groups that it is put into; those that are not there are made.
    env_groups: Option<GroupNames>,
    /// Accepted for compatibility.
    #[schemars(example = &"create;1")]
    _actionkey: Option<String>,
    _owner_uid: Option<OwnerUid>,
}

impl Method for CreateEnvironment {
    const NAME: &str = "environment.control.CreateEnvironment";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::NewEnvironment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins, ApiSet::Marketplace];
    const CODES: &[Code] = &[Code::NotPermitted, Code::Limit];
    type Answer = InfoResponse;

    async fn run(self, call: &Call) -> Result<InfoResponse, ApiError> {
        let environments = &call.keyrack.environments;
        let spec = platform::environment(&self.env, &self.nodes)?;
        let groups = self.env_groups.map(|GroupNames(groups)| groups);
        check_new_groups(&call.caller, groups.as_deref().unwrap_or_default())?;
        let creating = environments.create(&call.caller, &call.client, spec).await?;
        let name = creating.environment.name.clone();
        if let Some(groups) = groups {
            environments.change_groups(&call.caller, &call.client, &name, GroupChange::Attach, &groups).await?;
        }
        until_settled(creating).await?;
        Ok(InfoResponse::of(environments.get(&call.caller, &name).await?, call.caller.role))
    }
}
