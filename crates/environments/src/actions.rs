//! Actions: what was asked for and what became of it. The tasks panel shows them, and the API's tracking.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::model::Environment;
use super::reach::limiting_token;
use crate::service::Environments;
use crate::within_reach;
use keyrack_core::caller::{Caller, Right};
use keyrack_core::cluster::ServerId;
use keyrack_core::error::{Error, Result};
use keyrack_types::environments::{TaskState, TaskView};
use keyrack_types::ids::{AccountId, ActionId, EnvironmentId, UserId};

/// How long a finished action is kept.
const KEPT_MILLIS: i64 = 90 * 24 * 3600 * 1000;

/// The most actions that are listed at once.
const LIST_LIMIT: u32 = 500;

/// One action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub id: ActionId,
    /// Who asked; none when the server did it by itself.
    pub user: Option<UserId>,
    /// What, as the audit log calls it: `environment.stop`.
    pub kind: String,
    pub environment: Option<String>,
    /// In words: `Stopping my-project`.
    pub title: String,
    pub state: TaskState,
    pub error: Option<String>,
    pub started: DateTime<Utc>,
    pub finished: Option<DateTime<Utc>>,
}

keyrack_core::store::row! {
    struct ActionRow {
        id: ActionId,
        user_id: Option<UserId>,
        kind: String,
        environment: Option<String>,
        title: String,
        state: String,
        error: Option<String>,
        started_at: DateTime<Utc>,
        finished_at: Option<DateTime<Utc>>,
    }
}

/// Selects those [`ActionRow`]s of an account that are within the reach of a token, also what they were made from.
macro_rules! select_actions {
    ($condition:literal) => {
        concat!(
            "SELECT id, user_id, kind, environment, title, state, error, started_at, finished_at FROM actions ",
            "WHERE account_id = $1 AND ",
            within_reach!("actions.environment_id", "$2"),
            " AND (source_id IS NULL OR ",
            within_reach!("actions.source_id", "$2"),
            ") AND ",
            $condition
        )
    };
}

impl Action {
    /// As the tasks panel shows it.
    pub fn view(self) -> TaskView {
        TaskView {
            id: self.id.0,
            title: self.title,
            environment: self.environment,
            state: self.state,
            started: self.started,
            finished: self.finished,
            error: self.error,
        }
    }
}

/// Which actions to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActionFilter {
    pub running_only: bool,
    /// Begun at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Begun at this moment or earlier.
    pub to: Option<DateTime<Utc>>,
    /// At most so many; none = as many as one answer holds.
    pub count: Option<u32>,
}

impl Environments {
    /// The account's actions, the newest first.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn actions(&self, caller: &Caller, filter: ActionFilter) -> Result<Vec<Action>> {
        caller.require(Right::See)?;
        let rows = sqlx::query_as::<_, ActionRow>(select_actions!(
            "started_at >= $3 AND started_at <= $4 AND (state = 'running' OR $5 = 0) ORDER BY id DESC LIMIT $6"
        ))
        .bind(caller.account.0)
        .bind(limiting_token(caller))
        .bind(filter.from.map_or(i64::MIN, |from| from.timestamp_millis()))
        .bind(filter.to.map_or(i64::MAX, |to| to.timestamp_millis()))
        .bind(i64::from(filter.running_only))
        .bind(i64::from(filter.count.unwrap_or(LIST_LIMIT).min(LIST_LIMIT)))
        .fetch_all(self.store.read())
        .await?;
        Ok(rows.into_iter().map(ActionRow::action).collect())
    }

    /// One action of the account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn action(&self, caller: &Caller, id: i64) -> Result<Action> {
        caller.require(Right::See)?;
        let row = sqlx::query_as::<_, ActionRow>(select_actions!("id = $3"))
            .bind(caller.account.0)
            .bind(limiting_token(caller))
            .bind(id)
            .fetch_optional(self.store.read())
            .await?;
        row.map(ActionRow::action).ok_or_else(|| Error::NotFound(format!("there is no action {id}").into()))
    }
}

/// The environment that an action is about.
#[derive(Clone, Copy)]
pub struct About<'a> {
    name: &'a str,
    /// None while it is still to be made.
    id: Option<EnvironmentId>,
}

impl<'a> About<'a> {
    /// One that there is.
    pub fn of(environment: &'a Environment) -> About<'a> {
        About { name: &environment.name, id: Some(environment.id) }
    }

    /// One that the action makes, by the name that it gets: see [`has_made`].
    pub fn to_be_made(name: &'a str) -> About<'a> {
        About { name, id: None }
    }
}

/// What an action is about to do.
pub struct NewAction<'a> {
    pub account: AccountId,
    pub user: Option<UserId>,
    pub kind: &'static str,
    /// What it is about.
    pub about: Option<About<'a>>,
    /// What that is made from.
    pub source: Option<&'a Environment>,
    pub title: String,
    /// The server that does it.
    pub server: Option<&'a ServerId>,
}

/// Notes that an action begins.
pub async fn begin(connection: &mut AnyConnection, now: DateTime<Utc>, new: NewAction<'_>) -> Result<ActionId> {
    let id = sqlx::query_scalar(
        "INSERT INTO actions (account_id, user_id, kind, environment, title, state, started_at, server, environment_id, source_id) \
         VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8, $9) RETURNING id",
    )
    .bind(new.account.0)
    .bind(new.user.map(|user| user.0))
    .bind(new.kind)
    .bind(new.about.map(|about| about.name.to_owned()))
    .bind(new.title)
    .bind(now.timestamp_millis())
    .bind(new.server.map(|server| server.as_str().to_owned()))
    .bind(new.about.and_then(|about| about.id).map(|id| id.0))
    .bind(new.source.map(|environment| environment.id.0))
    .fetch_one(connection)
    .await?;
    Ok(ActionId(id))
}

/// Notes which environment an action is about that has made it.
pub async fn has_made(connection: &mut AnyConnection, id: ActionId, environment: &Environment) -> Result<()> {
    sqlx::query("UPDATE actions SET environment_id = $2 WHERE id = $1")
        .bind(id.0)
        .bind(environment.id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes how an action ended.
pub async fn end(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    id: ActionId,
    error: Option<String>,
) -> Result<()> {
    sqlx::query("UPDATE actions SET state = $2, error = $3, finished_at = $4 WHERE id = $1 AND state = 'running'")
        .bind(id.0)
        .bind(if error.is_some() { "failed" } else { "done" })
        .bind(error)
        .bind(now.timestamp_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// After a start of the server: whatever of its own still seems to run was cut off, and what is old goes.
pub async fn tidy(connection: &mut AnyConnection, now: DateTime<Utc>, server: Option<&ServerId>) -> Result<()> {
    sqlx::query(
        "UPDATE actions SET state = 'failed', error = $1, finished_at = $2 \
         WHERE state = 'running' AND (server = $3 OR server IS NULL)",
    )
    .bind("the server was stopped before this was done")
    .bind(now.timestamp_millis())
    .bind(server.map(|server| server.as_str().to_owned()))
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM actions WHERE started_at < $1")
        .bind(now.timestamp_millis() - KEPT_MILLIS)
        .execute(connection)
        .await?;
    Ok(())
}

impl ActionRow {
    fn action(self) -> Action {
        Action {
            id: self.id,
            user: self.user_id,
            kind: self.kind,
            environment: self.environment,
            title: self.title,
            state: match self.state.as_str() {
                "running" => TaskState::Running,
                "done" => TaskState::Done,
                _ => TaskState::Failed,
            },
            error: self.error,
            started: self.started_at,
            finished: self.finished_at,
        }
    }
}
