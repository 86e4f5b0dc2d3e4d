//! The steps that change the environment or its nodes, each as the operation of the domain that it is.

use std::time::Duration;

use super::Run;
use super::doing::Doing;
use crate::environments::{GroupChange, NodeChoice, RestartOrder, VariableChange};
use crate::error::{Error, Result};
use crate::marketplace::document::Document;
use crate::marketplace::errors::no_environment;
use crate::marketplace::manifest::split;
use crate::marketplace::steps::{Kind, wrong};

impl Run<'_> {
    /// The steps that change the environment.
    pub(super) async fn change(&mut self, doing: &Doing<'_>) -> Result<()> {
        let name = self.environment.clone().ok_or_else(|| no_environment(&doing.step.at))?;
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        match doing.step.kind {
            Kind::StartEnv => keyrack.environments.start(caller, client, &name).await?.finished().await,
            Kind::StopEnv => keyrack.environments.stop(caller, client, &name).await?.finished().await,
            Kind::SetEnvDisplayName => {
                keyrack.environments.set_display_name(caller, client, &name, &doing.need("displayName")?).await
            }
            Kind::AttachEnvGroup => self.groups(&name, doing, GroupChange::Attach).await,
            Kind::DetachEnvGroup => self.groups(&name, doing, GroupChange::Detach).await,
            Kind::SetEnvGroup => self.groups(&name, doing, GroupChange::Set).await,
            Kind::ApplyEnvProperty => {
                keyrack.environments.keep_properties(caller, client, &name, &doing.json("properties")?, true).await
            }
            Kind::AddNodes => self.add_nodes(&name, doing).await,
            _ => self.change_nodes(&name, doing).await,
        }
    }

    async fn groups(&self, name: &str, doing: &Doing<'_>, change: GroupChange) -> Result<()> {
        let names = match doing.param("envGroup") {
            Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
            _ => split(&doing.need("envGroup")?),
        };
        self.keyrack.environments.change_groups(self.caller, self.client, name, change, &names).await
    }

    /// The steps that speak of nodes.
    async fn change_nodes(&mut self, name: &str, doing: &Doing<'_>) -> Result<()> {
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        let environment = keyrack.environments.get(caller, name).await?;
        let choice = doing.choice(&environment)?;
        match doing.step.kind {
            Kind::Cmd => self.execute(name, &choice, doing).await,
            Kind::AddVariables | Kind::SetVariables | Kind::RemoveVariables => {
                let change = variables(doing)?;
                keyrack.environments.change_variables(caller, client, name, &choice, &change).await
            }
            Kind::RestartNodes => {
                let sequential = doing.flag("isSequential")?.unwrap_or(false);
                let delay = Duration::from_secs(doing.number("delay")?.unwrap_or(0).min(600));
                let order = RestartOrder { sequential, delay };
                keyrack.environments.restart_nodes(caller, client, name, choice, order).await?.finished().await
            }
            Kind::SetNodeDisplayName => {
                let display = doing.need("displayName")?;
                for node in ids(&choice) {
                    keyrack.environments.set_node_display_name(caller, client, name, node, &display).await?;
                }
                Ok(())
            }
            Kind::SetNodeCount => {
                let count = doing.number("count")?.ok_or_else(|| wrong("count", "it is required"))?;
                let chosen = ids(&choice);
                let counts = |layer: &str| {
                    let is_chosen = environment.nodes().any(|node| node.group == layer && chosen.contains(&node.id.0));
                    is_chosen.then_some(count)
                };
                self.topology(&environment, counts, Vec::new()).await
            }
            _ => self.work_on_files(name, choice, doing).await,
        }
    }
}

fn ids(choice: &NodeChoice) -> Vec<i64> {
    match choice {
        NodeChoice::Ids(ids) => ids.clone(),
        _ => Vec::new(),
    }
}

fn variables(doing: &Doing<'_>) -> Result<VariableChange> {
    let renamed = |error| match error {
        Error::Invalid { message, .. } => Error::invalid("jps", message),
        other => other,
    };
    match doing.step.kind {
        Kind::AddVariables => VariableChange::add("vars", &doing.json("vars")?).map_err(renamed),
        Kind::SetVariables => {
            let given = if doing.param("data").is_some() { doing.json("data") } else { doing.json("vars") };
            VariableChange::set("vars", &given?).map_err(renamed)
        }
        _ => {
            let names = match doing.param("vars") {
                Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
                _ => split(&doing.need("vars")?),
            };
            Ok(VariableChange::Remove(names))
        }
    }
}
