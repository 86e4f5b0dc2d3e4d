//! The steps that give the environment more nodes, or fewer.

use keyrack_wire::platform;
use serde_json::{Map, Value, json};

use super::Run;
use super::invocation::Invocation;
use crate::marketplace::document::Document;
use crate::marketplace::errors::unread;
use crate::marketplace::steps::{ADDED_NODE, invalid};
use keyrack_core::error::Result;
use keyrack_core::field;
use keyrack_environments::Environment;

impl Run<'_> {
    pub(super) async fn add_nodes(&self, name: &str, invocation: &Invocation<'_>) -> Result<()> {
        let environment = self.keyrack.environments.get(self.caller, name).await?;
        let items = match &invocation.params {
            Document::List(items) => items.clone(),
            one => vec![one.clone()],
        };
        let mut counts: Map<String, Value> = Map::new();
        let mut added = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let node = added_node(index, item)?;
            let group = node["nodeGroup"].as_str().unwrap_or("cp").to_lowercase();
            match environment.layers.iter().find(|layer| layer.name == group) {
                Some(layer) => {
                    let known = counts.get(&group).and_then(Value::as_u64).unwrap_or(layer.nodes.len() as u64);
                    counts.insert(group, (known + node["count"].as_u64().unwrap_or(1)).into());
                }
                None => added.push(node),
            }
        }
        let before: Vec<_> = environment.nodes().map(|node| node.id).collect();
        self.topology(&environment, |layer| counts.get(layer).and_then(Value::as_u64), added).await?;
        let after = self.keyrack.environments.get(self.caller, name).await?;
        for item in &items {
            let text = |key: &str| item.get(key).and_then(Document::scalar);
            let Some(display) = text("displayName") else { continue };
            let group = text("nodeGroup").unwrap_or_else(|| "cp".to_owned());
            let new =
                after.nodes().filter(|node| node.group.eq_ignore_ascii_case(&group) && !before.contains(&node.id));
            for node in new {
                self.keyrack
                    .environments
                    .set_node_display_name(self.caller, self.client, name, node.id.0, &display)
                    .await?;
            }
        }
        Ok(())
    }

    /// Gives the environment the layers that it has, some with another count, and more of them.
    pub(super) async fn topology(
        &self,
        environment: &Environment,
        count: impl Fn(&str) -> Option<u64>,
        more: Vec<Value>,
    ) -> Result<()> {
        let kept =
            environment.layers.iter().map(|layer| json!({ "nodeGroup": layer.name, "count": count(&layer.name) }));
        let nodes = Value::Array(kept.chain(more).collect()).to_string();
        let change = platform::change("{}", &nodes).map_err(unread(field::App::Manifest))?;
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        keyrack.environments.change_topology(caller, client, &environment.name, change).await?.finished().await
    }
}

/// What `addNodes` says of nodes, as CreateEnvironment takes it.
fn added_node(index: usize, item: &Document) -> Result<Value> {
    let at = format!("[{index}]");
    let Document::Mapping(pairs) = item else { return Err(invalid(&at, "it has to be a mapping")) };
    let mut node = json!({ "docker": {} });
    for (key, value) in pairs {
        match ADDED_NODE.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) {
            Some((_, to @ ("image" | "tag"))) => node["docker"][to] = value.as_text(),
            Some((_, to)) => node[to] = value.to_json(),
            // The others were refused when the manifest was read, and displayName is for afterwards.
            None => {}
        }
    }
    let count = item.get("count").and_then(Document::scalar).map_or(Ok(1), |count| count.trim().parse::<u64>());
    let count = count.map_err(|_| invalid(&format!("{at}.count"), "it has to be a whole number"))?;
    node["count"] = count.into();
    Ok(node)
}
