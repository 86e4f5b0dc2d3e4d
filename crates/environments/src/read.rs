//! Looking at environments.

use super::ActionFilter;
use super::model::Environment;
use super::rows;
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::{LogFile, LogPart, Template};
use keyrack_types::environment_name;
use keyrack_types::environments::{EnvStatus, Overview};
use keyrack_types::ids::NodeId;

/// How many tasks the Environments page shows.
const TASKS: u32 = 20;

impl Environments {
    /// The account's environments, sorted by name.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Environment>> {
        caller.require(Right::See)?;
        let mut connection = self.store.read().acquire().await?;
        let mut environments = rows::list(&mut connection, caller).await?;
        environments.iter_mut().for_each(|environment| self.fill_in(environment));
        Ok(environments)
    }

    /// One environment of the account, by its short name, its domain or its appid, in any case.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], also for one of another account.
    pub async fn get(&self, caller: &Caller, name: &str) -> Result<Environment> {
        caller.require(Right::See)?;
        let mut connection = self.store.read().acquire().await?;
        let mut environment = rows::find(&mut connection, caller, name).await?;
        self.fill_in(&mut environment);
        Ok(environment)
    }

    /// One environment of the account that this server runs.
    ///
    /// # Errors
    /// As [`Environments::get`]; [`Error::Elsewhere`] and [`Error::ServerAway`] for one of another server.
    pub async fn get_local(&self, caller: &Caller, name: &str) -> Result<Environment> {
        let environment = self.get(caller, name).await?;
        self.ensure_local(&environment.name, environment.placement.as_ref())?;
        Ok(environment)
    }

    /// Adds what only its server knows: how each node is doing. What a server that is not there runs, nobody knows.
    fn fill_in(&self, environment: &mut Environment) {
        if self.is_away(environment.placement.as_ref()) {
            environment.status = EnvStatus::Unknown;
            environment.layers.iter_mut().flat_map(|layer| &mut layer.nodes).for_each(|node| {
                node.status = EnvStatus::Unknown;
            });
        } else if let Ok(manager) = self.manager() {
            manager.fill_in(environment);
        }
    }

    /// Everything that the Environments page shows.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn overview(&self, caller: &Caller) -> Result<Overview> {
        let tasks = self.actions(caller, ActionFilter { count: Some(TASKS), ..ActionFilter::default() }).await?;
        Ok(Overview {
            environments: self.list(caller).await?.iter().map(Environment::view).collect(),
            tasks: tasks.into_iter().map(super::Action::view).collect(),
            may_operate: caller.require(Right::Operate).is_ok(),
        })
    }

    /// Gives an environment the name that people see; an empty one takes it back.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::Invalid`].
    pub async fn set_display_name(&self, caller: &Caller, client: &Client, name: &str, display: &str) -> Result<()> {
        caller.require(Right::Operate)?;
        let display = display.trim();
        environment_name::check_display(display).map_err(|why| Error::invalid(field::Environment::DisplayName, why))?;
        let mut tx = self.store.begin().await?;
        let environment = rows::find(&mut tx, caller, name).await?;
        sqlx::query("UPDATE environments SET display_name = $2 WHERE id = $1")
            .bind(environment.id.0)
            .bind(display)
            .execute(&mut *tx)
            .await?;
        let event = Event::by(caller, client, "environment.rename", format!("environment:{}", environment.name))
            .with("from", environment.display_name)
            .with("to", display);
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
    }

    /// What nodes can run on this server.
    ///
    /// # Errors
    /// [`Error::Unavailable`] before environments are started.
    pub async fn templates(&self) -> Result<Vec<Template>> {
        Ok(self.manager()?.engine.templates().await)
    }

    /// The logs of a node, the current one first.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node that it does not have.
    pub async fn node_logs(&self, caller: &Caller, name: &str, node: i64) -> Result<Vec<LogFile>> {
        let node = self.node_of(caller, name, node).await?;
        self.manager()?.engine.logs(node).await.map_err(|error| Error::Engine(error.to_string()))
    }

    /// At most `count` bytes of a node's log from byte `from` on; without `from`, its last ones. Programs write secrets into
    /// their logs, so it is noted who reads them.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node or a log that is not there.
    #[expect(clippy::too_many_arguments, reason = "what the call has")]
    pub async fn read_node_log(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        node: i64,
        path: &str,
        from: Option<u64>,
        count: u64,
    ) -> Result<LogPart> {
        let environment = self.get(caller, name).await?;
        let node = self.node_of(caller, name, node).await?;
        let read = self.manager()?.engine.read_log(node, path, from, count).await;
        let part = read.map_err(|error| match error {
            keyrack_engine::EngineError::NoLog(_) => Error::NotFound(error.to_string().into()),
            other => Error::Engine(other.to_string()),
        })?;
        let read = Event::by(caller, client, "log.read", format!("environment:{}", environment.name));
        self.note_read(read.with("node", node.0).with("path", path));
        Ok(part)
    }

    /// Empties a log of a node, or removes it.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node or a log that is not there.
    pub async fn discard_log(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        node: i64,
        path: &str,
        remove: bool,
    ) -> Result<()> {
        caller.require(Right::Operate)?;
        let slot = self.slot_of(caller, name).await?;
        let inside = self.inside(caller, &slot, name, &super::NodeChoice::Ids(vec![node])).await?;
        let (id, engine) = (inside.nodes[0].id, &inside.manager.engine);
        let kind = if remove { "log.remove" } else { "log.clear" };
        let event = super::inside::event(caller, client, kind, &inside).with("path", super::inside::short_path(path));
        let done = if remove { engine.remove_log(id, path).await } else { engine.clear_log(id, path).await };
        super::inside::InsideAudit::new(self, event)
            .of(done)
            .await?
            .map_err(super::inside::engine_error(field::Environment::Path))
    }

    async fn node_of(&self, caller: &Caller, name: &str, node: i64) -> Result<NodeId> {
        let environment = self.get_local(caller, name).await?;
        let found = super::NodeChoice::Ids(vec![node]).of(&environment)?;
        Ok(found[0].id)
    }
}
