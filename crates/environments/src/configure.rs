//! What nodes are to run as: variables, command, entry point. It takes effect at their next start.

use std::collections::BTreeMap;

use super::changes::NodeChoice;
use super::held_nodes::{hold, keep};
use super::inside::engine_error;
use super::model::{Environment, Node, NodeFacts};
use super::rows;
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_types::bounds::nodes::{VARIABLES, VARIABLES_SIZE};
use keyrack_types::ids::NodeId;
use keyrack_types::topology::size_of;

/// What becomes of nodes' variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableChange {
    /// These are added, or replaced.
    Add(BTreeMap<String, String>),
    /// There are these and no others.
    Set(BTreeMap<String, String>),
    /// These go; a name that is not there is none too many.
    Remove(Vec<String>),
}

impl VariableChange {
    fn apply(&self, variables: &mut BTreeMap<String, String>) {
        match self {
            VariableChange::Add(more) => variables.extend(more.clone()),
            VariableChange::Set(all) => variables.clone_from(all),
            VariableChange::Remove(names) => variables.retain(|name, _| !names.contains(name)),
        }
    }

    /// The names that it speaks of; values may be secrets.
    fn names(&self) -> Vec<String> {
        match self {
            VariableChange::Add(variables) | VariableChange::Set(variables) => variables.keys().cloned().collect(),
            VariableChange::Remove(names) => names.clone(),
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            VariableChange::Add(_) => "variables.add",
            VariableChange::Set(_) => "variables.set",
            VariableChange::Remove(_) => "variables.remove",
        }
    }
}

impl Environments {
    /// Changes the variables of nodes.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node that is not there, [`Error::Limit`] for too many,
    /// [`Error::Forbidden`] for those that this server does not let be set.
    pub async fn change_variables(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
        change: &VariableChange,
    ) -> Result<()> {
        let details = [("names", change.names().into())];
        self.change_nodes(caller, client, name, choice, change.kind(), &details, |node| {
            change.apply(&mut node.facts.variables);
            let variables = &node.facts.variables;
            if variables.len() > VARIABLES || size_of(variables) > VARIABLES_SIZE {
                let kib = VARIABLES_SIZE >> 10;
                let why = format!("a node can have {VARIABLES} variables with {kib} KiB in all");
                return Err(Error::Limit(why.into()));
            }
            Ok(())
        })
        .await
        .map(drop)
    }

    /// The chosen nodes with what was set of them. Variables and commands may hold secrets, so that it takes more than
    /// looking.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node that is not there.
    pub async fn configured_nodes(&self, caller: &Caller, name: &str, choice: &NodeChoice) -> Result<Vec<Node>> {
        caller.require(Right::Operate)?;
        let environment = self.get(caller, name).await?;
        Ok(choice.of(&environment)?.into_iter().cloned().collect())
    }

    /// As [`Environments::configured_nodes`], for a caller who gets what was set: the read is audited.
    ///
    /// # Errors
    /// As there.
    pub async fn read_configuration(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
    ) -> Result<Vec<Node>> {
        let environment = self.get(caller, name).await?;
        let nodes = self.configured_nodes(caller, name, choice).await?;
        let read = Event::by(caller, client, "node.read-settings", format!("environment:{}", environment.name));
        self.note_read(read.with("nodes", nodes.iter().map(|node| node.id.0).collect::<Vec<_>>()));
        Ok(nodes)
    }

    /// Sets what nodes run in the place of what their image does: a command line for a shell; nothing takes it
    /// back.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`] where nodes cannot be
    /// confined.
    pub async fn set_command(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
        command: Option<&str>,
    ) -> Result<()> {
        let command = command.map(str::to_owned);
        self.change_nodes(caller, client, name, choice, "node.set-command", &[], |node| {
            node.facts.command.clone_from(&command);
            Ok(())
        })
        .await
        .map(drop)
    }

    /// Sets what stands before the command of nodes, or alone is it; nothing takes it back.
    ///
    /// # Errors
    /// As [`Environments::set_command`].
    pub async fn set_entry_point(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
        entry_point: Option<&str>,
    ) -> Result<()> {
        let entry_point = entry_point.map(str::to_owned);
        self.change_nodes(caller, client, name, choice, "node.set-entry-point", &[], |node| {
            node.facts.entry_point.clone_from(&entry_point);
            Ok(())
        })
        .await
        .map(drop)
    }

    /// Changes what is stored of nodes, all of them or none, once the engine says that it would run them so.
    #[expect(clippy::too_many_arguments, reason = "who, what, how, and the entry of the audit log")]
    pub(super) async fn change_nodes(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
        kind: &'static str,
        details: &[(&str, serde_json::Value)],
        mut change: impl FnMut(&mut Node) -> Result<()> + Send,
    ) -> Result<Environment> {
        caller.require(Right::Operate)?;
        let engine = &self.manager()?.engine;
        let mut tx = self.store.begin().await?;
        let environment = rows::find(&mut tx, caller, name).await?;
        self.ensure_local(&environment.name, environment.placement.as_ref())?;
        let environment = hold(&mut tx, environment).await?;
        let nodes: Vec<Node> = choice.of(&environment)?.into_iter().cloned().collect();
        let mut event = Event::by(caller, client, kind, format!("environment:{}", environment.name))
            .with("nodes", nodes.iter().map(|node| node.id.0).collect::<Vec<_>>());
        for (name, value) in details {
            event = event.with(name, value.clone());
        }
        for mut node in nodes {
            change(&mut node)?;
            let command = node.facts.whole_command();
            let checked = engine.check(&node.image, command.as_deref(), &node.facts.variables).await;
            node.facts.listens = checked.map_err(engine_error(field::Environment::Tag))?.listens;
            keep(&mut tx, &node).await?;
        }
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await?;
        Ok(environment)
    }

    /// Notes that a node of a clone has its files by now.
    pub(super) async fn is_copied(&self, node: NodeId) -> Result<()> {
        let mut tx = self.store.begin().await?;
        // The row is held before it is read, so that nobody else's change is undone.
        if !tx.lock_node(node).await? {
            return Ok(());
        }
        let facts: String =
            sqlx::query_scalar("SELECT spec FROM nodes WHERE id = $1").bind(node.0).fetch_one(&mut *tx).await?;
        let mut facts: NodeFacts = serde_json::from_str(&facts).map_err(Error::internal)?;
        facts.copy_of = None;
        let facts = serde_json::to_string(&facts).map_err(Error::internal)?;
        sqlx::query("UPDATE nodes SET spec = $2 WHERE id = $1").bind(node.0).bind(facts).execute(&mut *tx).await?;
        tx.commit(&[]).await
    }
}
