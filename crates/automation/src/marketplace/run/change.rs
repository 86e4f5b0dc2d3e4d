//! The steps that change the environment or its nodes, each as the operation of the domain that it is.

use std::time::Duration;

use keyrack_wire::platform;

use super::Run;
use super::invocation::Invocation;
use crate::marketplace::document::Document;
use crate::marketplace::errors::{no_environment, unread};
use crate::marketplace::manifest::split;
use crate::marketplace::steps::{Kind, invalid};
use keyrack_core::error::Result;
use keyrack_core::field;
use keyrack_environments::{GroupChange, NodeChoice, RestartOrder, VariableChange};

impl Run<'_> {
    /// The steps that change the environment.
    pub(super) async fn change(&mut self, invocation: &Invocation<'_>) -> Result<()> {
        let name = self.environment.clone().ok_or_else(|| no_environment(&invocation.step.at))?;
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        match invocation.step.kind {
            Kind::StartEnv => keyrack.environments.start(caller, client, &name).await?.finished().await,
            Kind::StopEnv => keyrack.environments.stop(caller, client, &name).await?.finished().await,
            Kind::SetEnvDisplayName => {
                keyrack.environments.set_display_name(caller, client, &name, &invocation.need("displayName")?).await
            }
            Kind::AttachEnvGroup => self.groups(&name, invocation, GroupChange::Attach).await,
            Kind::DetachEnvGroup => self.groups(&name, invocation, GroupChange::Detach).await,
            Kind::SetEnvGroup => self.groups(&name, invocation, GroupChange::Set).await,
            Kind::ApplyEnvProperty => {
                let properties = platform::object("properties", &invocation.json("properties")?)
                    .map_err(unread(field::App::Manifest))?;
                keyrack.environments.keep_properties(caller, client, &name, properties, true).await
            }
            Kind::AddNodes => self.add_nodes(&name, invocation).await,
            _ => self.change_nodes(&name, invocation).await,
        }
    }

    async fn groups(&self, name: &str, invocation: &Invocation<'_>, change: GroupChange) -> Result<()> {
        let names = match invocation.param("envGroup") {
            Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
            _ => split(&invocation.need("envGroup")?),
        };
        self.keyrack.environments.change_groups(self.caller, self.client, name, change, &names).await
    }

    /// The steps that speak of nodes.
    async fn change_nodes(&mut self, name: &str, invocation: &Invocation<'_>) -> Result<()> {
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        let environment = keyrack.environments.get(caller, name).await?;
        let choice = invocation.choice(&environment)?;
        match invocation.step.kind {
            Kind::Cmd => self.execute(name, &choice, invocation).await,
            Kind::AddVariables | Kind::SetVariables | Kind::RemoveVariables => {
                let change = variables(invocation)?;
                keyrack.environments.change_variables(caller, client, name, &choice, &change).await
            }
            Kind::RestartNodes => {
                let sequential = invocation.flag("isSequential")?.unwrap_or(false);
                let delay = Duration::from_secs(invocation.number("delay")?.unwrap_or(0).min(600));
                let order = RestartOrder { sequential, delay };
                keyrack.environments.restart_nodes(caller, client, name, choice, order).await?.finished().await
            }
            Kind::SetNodeDisplayName => {
                let display = invocation.need("displayName")?;
                for node in ids(&choice) {
                    keyrack.environments.set_node_display_name(caller, client, name, node, &display).await?;
                }
                Ok(())
            }
            Kind::SetNodeCount => {
                let count = invocation.number("count")?.ok_or_else(|| invalid("count", "it is required"))?;
                let chosen = ids(&choice);
                let counts = |layer: &str| {
                    let is_chosen = environment.nodes().any(|node| node.group == layer && chosen.contains(&node.id.0));
                    is_chosen.then_some(count)
                };
                self.topology(&environment, counts, Vec::new()).await
            }
            _ => self.work_on_files(name, choice, invocation).await,
        }
    }
}

fn ids(choice: &NodeChoice) -> Vec<i64> {
    match choice {
        NodeChoice::Ids(ids) => ids.clone(),
        _ => Vec::new(),
    }
}

fn variables(invocation: &Invocation<'_>) -> Result<VariableChange> {
    let read = |text: &str| platform::variables("vars", text).map_err(unread(field::App::Manifest));
    match invocation.step.kind {
        Kind::AddVariables => read(&invocation.json("vars")?).map(VariableChange::Add),
        Kind::SetVariables => {
            let given =
                if invocation.param("data").is_some() { invocation.json("data") } else { invocation.json("vars") };
            read(&given?).map(VariableChange::Set)
        }
        _ => {
            let names = match invocation.param("vars") {
                Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
                _ => split(&invocation.need("vars")?),
            };
            Ok(VariableChange::Remove(names))
        }
    }
}
