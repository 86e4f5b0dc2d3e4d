//! The environment that a manifest makes.

use keyrack_wire::platform;
use serde_json::{Value, json};

use super::document::Document;
use super::errors::{at, unread};
use super::install::{InstallRequest, new_groups};
use super::manifest::Manifest;
use super::placeholders::fill;
use super::run::Run;
use super::scope::Scope;
use crate::marketplace::Marketplace;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::world::World;
use keyrack_environments::{EnvironmentSpec, GroupChange, NodeChoice, check_limits};
use keyrack_types::environment_name;

impl Marketplace {
    /// The environment that the manifest makes, checked as far as it can be before it is made.
    pub(super) fn new_environment(
        &self,
        manifest: &Manifest,
        scope: &Scope,
        request: &InstallRequest,
    ) -> Result<Option<EnvironmentSpec>> {
        if !manifest.makes_environment() {
            return Ok(None);
        }
        let said = |key: &str| -> Result<Option<Value>> {
            manifest.value(key).map(|value| Ok(fill(value, scope, &self.world)?.to_json())).transpose()
        };
        // Manifests hold the platform's JSON, as CreateEnvironment takes it.
        let env = json!({
            "displayName": request.display_name.clone().map(Value::from).or(said("displayName")?),
            "region": request.region.clone().map(Value::from).or(said("region")?),
            "ishaenabled": said("ha")?,
            "sslstate": said("ssl")?,
        });
        let mut spec = platform::env("env", &env.to_string()).map_err(unread(field::App::Manifest))?;
        spec.nodes = match &request.nodes {
            Some(nodes) => platform::nodes("nodes", nodes).map_err(unread(field::App::Nodes))?,
            None => {
                let nodes = nodes_json(manifest, scope, &self.world)?.to_string();
                platform::nodes("nodes", &nodes).map_err(unread(field::App::Manifest))?
            }
        };
        check_limits(&spec.nodes)?;
        let name = request.environment.as_deref().map(str::trim).filter(|name| !name.is_empty());
        if let Some(name) = name {
            environment_name::check(name).map_err(|why| Error::invalid(field::App::Environment, why))?;
            spec.name = Some(name.to_lowercase());
        }
        // It is known before it is made, so that the task can name it.
        spec.name = Some(spec.name.unwrap_or_else(|| self.environments.made_up_name()));
        Ok(Some(spec))
    }

    /// Gives a new environment its groups, and its nodes what they are not created with.
    pub(super) async fn finish_environment(&self, run: &Run<'_>, name: &str, request: &InstallRequest) -> Result<()> {
        let (caller, client) = (run.caller, run.client);
        let groups = new_groups(run.manifest, &run.scope, request, &self.world);
        if !groups.is_empty() {
            let changed = self.environments.change_groups(caller, client, name, GroupChange::Attach, &groups).await;
            changed.map_err(at("envGroups"))?;
        }
        if request.nodes.is_some() {
            return Ok(());
        }
        let environment = self.environments.get(caller, name).await?;
        let mut ids: Vec<i64> = environment.nodes().map(|node| node.id.0).collect();
        // Their numbers are in the order of the manifest.
        ids.sort_unstable();
        let mut ids = ids.into_iter();
        for (index, node) in nodes_list(run.manifest).iter().enumerate() {
            let node = fill(node, &run.scope, &self.world)?;
            let count = node.get("count").and_then(Document::scalar).and_then(|count| count.trim().parse().ok());
            let of_it: Vec<i64> = ids.by_ref().take(count.unwrap_or(1)).collect();
            let at = format!("nodes[{index}]");
            if let Some(display) = node.get("displayName").and_then(Document::scalar) {
                for id in &of_it {
                    let named = self.environments.set_node_display_name(caller, client, name, *id, &display).await;
                    named.map_err(super::errors::at(&format!("{at}.displayName")))?;
                }
            }
            if let Some(Document::List(volumes)) = node.get("volumes") {
                let paths: Vec<_> = volumes.iter().filter_map(Document::scalar).collect();
                let added = self.environments.add_volumes(caller, client, name, &NodeChoice::Ids(of_it), &paths).await;
                added.map_err(super::errors::at(&format!("{at}.volumes")))?;
            }
        }
        Ok(())
    }
}

/// The manifest's nodes as CreateEnvironment takes them.
fn nodes_json(manifest: &Manifest, scope: &Scope, world: &World) -> Result<Value> {
    let one = |node: &Document| {
        let Document::Mapping(pairs) = fill(node, scope, world)? else { return Ok(Value::Null) };
        let mut spec = json!({ "docker": {} });
        for (key, value) in pairs {
            let (text, value) = (value.as_text(), value.to_json());
            match key.to_lowercase().as_str() {
                "image" => spec["docker"]["image"] = text,
                "tag" => spec["docker"]["tag"] = text,
                "cloudlets" | "flexiblecloudlets" => spec["flexibleCloudlets"] = value,
                "fixedcloudlets" => spec["fixedCloudlets"] = value,
                "nodetype" => spec["nodeType"] = value,
                "nodegroup" => spec["nodeGroup"] = value,
                "count" => spec["count"] = value,
                "env" => spec["env"] = value,
                "cmd" => spec["cmd"] = value,
                _ => {}
            }
        }
        Ok(spec)
    };
    nodes_list(manifest).iter().map(one).collect()
}

fn nodes_list(manifest: &Manifest) -> Vec<Document> {
    match manifest.value("nodes") {
        Some(Document::List(items)) => items.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}
