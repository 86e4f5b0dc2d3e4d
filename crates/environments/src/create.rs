//! Creating and cloning.

use std::sync::Arc;

use futures::FutureExt;

use super::actions::{self, About, NewAction};
use super::changes::{copy_files, launch};
use super::inside::engine_error;
use super::manager::OperationGuard;
use super::model::{Environment, EnvironmentSettings, NodeFacts};
use super::operation::{Operation, Outcome, StartedOperation, Work};
use super::ports;
use super::rows::{self, DesiredState};
use super::spec::{check_limits, facts};
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::denied::Denied;
use keyrack_core::error::{Error, Result, violated};
use keyrack_core::field;
use keyrack_core::store::Tx;
use keyrack_types::bounds::counts::ENVIRONMENTS;
use keyrack_types::environment_name;
use keyrack_types::environments::EnvStatus;
use keyrack_types::ids::{AccountId, EnvironmentId, NodeId, UserId};
use keyrack_types::topology::{EnvironmentSpec, NodesSpec};

const CREATE: &str = "environment.create";
const CLONE: &str = "environment.clone";

/// What can be cloned.
const CLONEABLE: &[EnvStatus] = &[EnvStatus::Running, EnvStatus::Stopped, EnvStatus::Sleeping];

/// An environment that is about to be written.
struct New {
    name: String,
    display_name: String,
    settings: EnvironmentSettings,
    status: EnvStatus,
    desired_state: DesiredState,
    nodes: Vec<NewNode>,
}

/// Who creates an environment.
#[derive(Clone, Copy)]
enum Creator<'a> {
    Caller(&'a Caller, &'a Client),
    /// At the command line, for this account and user.
    Operator(AccountId, UserId),
}

pub(super) struct NewNode {
    pub spec: NodesSpec,
    pub facts: NodeFacts,
}

impl Creator<'_> {
    fn account_and_user(self) -> (AccountId, UserId) {
        match self {
            Creator::Caller(caller, _) => (caller.account, caller.user),
            Creator::Operator(account, user) => (account, user),
        }
    }

    fn event(self, kind: &'static str, subject: String) -> Event {
        match self {
            Creator::Caller(caller, client) => Event::by(caller, client, kind, subject),
            Creator::Operator(account, _) => Event::by_operator(Some(account), kind, subject),
        }
    }
}

impl Environments {
    /// Creates an environment and starts it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what cannot run here, [`Error::Exists`] when the name is taken, [`Error::Limit`] when no
    /// port is left, [`Error::Denied`] for a token that is limited to environments and may not create any.
    pub async fn create(&self, caller: &Caller, client: &Client, spec: EnvironmentSpec) -> Result<Operation> {
        caller.require(Right::Operate)?;
        caller.require_creation()?;
        self.create_owned(Creator::Caller(caller, client), spec).await
    }

    /// Creates an environment for a user who is not there: at the first start of the server.
    ///
    /// # Errors
    /// As [`Environments::create`].
    pub(super) async fn create_for(
        &self,
        account: AccountId,
        user: UserId,
        spec: EnvironmentSpec,
    ) -> Result<Operation> {
        self.create_owned(Creator::Operator(account, user), spec).await
    }

    async fn create_owned(&self, creator: Creator<'_>, spec: EnvironmentSpec) -> Result<Operation> {
        check_limits(&spec.nodes)?;
        let guard = self.manager()?.enter()?;
        let mut nodes = Vec::new();
        for (index, spec) in spec.nodes.iter().enumerate() {
            let listens = self.check_runs(index, spec).await?;
            let facts = facts(spec, listens);
            for _ in 0..spec.count {
                nodes.push(NewNode { spec: spec.clone(), facts: facts.clone() });
            }
        }
        let new = New {
            name: spec.name.unwrap_or_else(|| self.made_up_name()),
            display_name: spec.display_name.unwrap_or_default(),
            settings: EnvironmentSettings { region: spec.region, ha: spec.ha, ssl: spec.ssl },
            status: EnvStatus::Creating,
            desired_state: DesiredState::Running,
            nodes,
        };
        let title = format!("Creating {}", new.name);
        let started = self.write_new(creator, CREATE, title, new, None, guard).await?;
        self.spawn(started, |work| launch(work).boxed())
    }

    /// Makes a copy of an environment with all its files under another name. It runs when the first one does.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::WrongState`], [`Error::Invalid`] or [`Error::Exists`] for the new name,
    /// [`Error::Denied`] as for [`Environments::create`].
    pub async fn clone_environment(
        &self,
        caller: &Caller,
        client: &Client,
        source: &str,
        name: &str,
    ) -> Result<Operation> {
        caller.require(Right::Operate)?;
        caller.require_creation()?;
        let guard = self.manager()?.enter()?;
        let source = self.get_local(caller, source).await?;
        if !CLONEABLE.contains(&source.status) {
            return Err(Error::WrongState { name: source.name, current: source.status, needed: CLONEABLE });
        }
        let name = name.trim();
        environment_name::check(name).map_err(|why| Error::invalid(field::Environment::CloneName, why))?;
        let runs = source.status == EnvStatus::Running;
        let nodes = source.nodes().map(|node| NewNode {
            spec: NodesSpec {
                group: node.group.clone(),
                node_type: node.node_type.clone(),
                count: 1,
                image: node.image.clone(),
                command: node.facts.command.clone(),
                entry_point: node.facts.entry_point.clone(),
                variables: node.facts.variables.clone(),
                display_name: node.facts.display_name.clone(),
                volumes: node.facts.volumes.clone(),
                fixed_cloudlets: node.fixed_cloudlets,
                flexible_cloudlets: node.flexible_cloudlets,
            },
            facts: NodeFacts { copy_of: Some(node.facts.copy_of.unwrap_or(node.id)), ..node.facts.clone() },
        });
        let new = New {
            name: name.to_lowercase(),
            display_name: String::new(),
            settings: source.settings.clone(),
            status: EnvStatus::Cloning,
            desired_state: if runs { DesiredState::Running } else { DesiredState::Stopped },
            nodes: nodes.collect(),
        };
        let title = format!("Cloning {} to {}", source.name, new.name);
        let creator = Creator::Caller(caller, client);
        let started = self.write_new(creator, CLONE, title, new, Some(&source), guard).await?;
        self.spawn(started, move |work| copy(work, source, runs).boxed())
    }

    /// Asks the engine whether such nodes can run; answers whether they answer on their port.
    pub(super) async fn check_runs(&self, index: usize, spec: &NodesSpec) -> Result<bool> {
        let engine = &self.manager()?.engine;
        let command = facts(spec, false).whole_command();
        let checked = engine.check(&spec.image, command.as_deref(), &spec.variables).await;
        Ok(checked.map_err(engine_error(field::Environment::Image { index }))?.listens)
    }

    /// A short name that no environment has, for one whose owner gives none.
    pub fn made_up_name(&self) -> String {
        format!("env-{:07}", u32::from_le_bytes(self.world.random()) % 10_000_000)
    }

    async fn write_new(
        &self,
        creator: Creator<'_>,
        kind: &'static str,
        title: String,
        new: New,
        source: Option<&Environment>,
        guard: OperationGuard,
    ) -> Result<StartedOperation> {
        let now = self.world.now();
        let (account, user) = creator.account_and_user();
        let settings = serde_json::to_string(&new.settings).map_err(Error::internal)?;
        let mut tx = self.store.begin().await?;
        tx.lock_account(account).await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM environments WHERE account_id = $1")
            .bind(account.0)
            .fetch_one(&mut *tx)
            .await?;
        if count >= ENVIRONMENTS {
            return Err(Error::Limit(
                format!("an account can have {ENVIRONMENTS} environments: delete one first").into(),
            ));
        }
        let id = sqlx::query_scalar(
            "INSERT INTO environments (account_id, creator_id, name, display_name, appid, status, wanted, settings, created_at, server) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
        )
        .bind(account.0)
        .bind(user.0)
        .bind(&new.name)
        .bind(&new.display_name)
        .bind(hex::encode(self.world.random::<16>()))
        .bind(new.status.code())
        .bind(new.desired_state.word())
        .bind(settings)
        .bind(now.timestamp_millis())
        .bind(self.server_id().map(|id| id.as_str().to_owned()))
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| {
            if violated(&error, "environments_name_key", "environments.name") {
                Error::Exists(format!("the name “{}” is taken by another environment", new.name).into())
            } else {
                error.into()
            }
        })?;
        let id = EnvironmentId(id);
        let ports = ports::choose(&mut tx, &*self.manager()?.engine, new.nodes.len()).await?;
        let mut groups = Vec::new();
        for (node, port) in new.nodes.into_iter().zip(ports) {
            let master = !groups.contains(&node.spec.group);
            groups.push(node.spec.group.clone());
            write_node(&mut tx, id, node, port, master).await?;
        }
        let mut event = creator.event(kind, format!("environment:{}", new.name));
        if let Some(source) = source {
            event = event.with("source", source.name.clone());
            // The files are copied, and what is known of them with them.
            sqlx::query(
                "INSERT INTO deployments (environment_id, node_group, context, archive, size, hooks, user_id, deployed_at) \
                 SELECT $1, node_group, context, archive, size, hooks, user_id, deployed_at FROM deployments \
                 WHERE environment_id = $2",
            )
            .bind(id.0)
            .bind(source.id.0)
            .execute(&mut *tx)
            .await?;
        }
        audit::append(&mut tx, now, event).await?;
        if let Creator::Caller(caller, _) = creator {
            join_reach(&mut tx, caller, id).await?;
        }
        let environment = rows::for_server(&mut tx, id).await?;
        let environment: Environment = environment.ok_or_else(|| Error::internal("a new environment is not there"))?;
        let action = NewAction {
            account,
            user: Some(user),
            kind,
            about: Some(About::of(&environment)),
            source,
            title,
            server: self.server_id(),
        };
        let action = actions::begin(&mut tx, now, action).await?;
        tx.commit(&[]).await?;
        Ok(StartedOperation { action, from: new.status, via: new.status, environment, guard })
    }
}

/// Lets a new environment join the reach of the token that creates it, where that is limited to some.
async fn join_reach(tx: &mut Tx, caller: &Caller, environment: EnvironmentId) -> Result<()> {
    let (Some(_), Some(token)) = (caller.reach(), caller.by_token()) else { return Ok(()) };
    // It may have been narrowed since its call began.
    tx.lock_token(caller.account, token).await?;
    let joined = sqlx::query(
        "INSERT INTO token_environments (token_id, environment_id) \
         SELECT id, $2 FROM tokens WHERE id = $1 AND reach = 'chosen' AND may_create = 1",
    )
    .bind(token.0)
    .bind(environment.0)
    .execute(&mut **tx)
    .await?;
    if joined.rows_affected() == 0 { Err(Error::Denied(Denied::Reach)) } else { Ok(()) }
}

pub(super) async fn write_node(
    tx: &mut Tx,
    environment: EnvironmentId,
    node: NewNode,
    port: u16,
    master: bool,
) -> Result<NodeId> {
    let facts = serde_json::to_string(&node.facts).map_err(Error::internal)?;
    let id = sqlx::query_scalar(
        "INSERT INTO nodes (environment_id, node_group, node_type, image, tag, is_master, fixed_cloudlets, \
         flexible_cloudlets, port, spec) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
    )
    .bind(environment.0)
    .bind(node.spec.group)
    .bind(node.spec.node_type)
    .bind(node.spec.image.name)
    .bind(node.spec.image.tag)
    .bind(i64::from(master))
    .bind(i64::from(node.spec.fixed_cloudlets))
    .bind(i64::from(node.spec.flexible_cloudlets))
    .bind(i64::from(port))
    .bind(facts)
    .fetch_one(&mut **tx)
    .await?;
    Ok(NodeId(id))
}

/// Copies the files and, if the source runs, starts the copy. The source waits with its own changes until it is copied.
async fn copy(work: Work, source: Environment, runs: bool) -> Outcome {
    let slot = work.manager.slot(&source);
    let op_lock = slot.op_lock.lock().await;
    if let Err(failure) = copy_files(&work).await {
        return Outcome::Broken(Arc::new(failure));
    }
    drop(op_lock);
    if runs { launch(work).await } else { Outcome::Reached(EnvStatus::Stopped) }
}

/// Finishes a copy that was cut short and is not to run.
pub(super) async fn finish_copy(work: Work) -> Outcome {
    match copy_files(&work).await {
        Ok(_) => Outcome::Reached(EnvStatus::Stopped),
        Err(failure) => Outcome::Broken(Arc::new(failure)),
    }
}
