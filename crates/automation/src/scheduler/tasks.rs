//! Making, changing, listing and removing tasks.

use chrono::{DateTime, Utc};
use keyrack_wire::json;
use serde_json::{Map, Value};

use super::{LastRun, Schedule, Task};
use crate::scheduler::Scheduler;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::methods::{ActsOn, TokenAccess};
use keyrack_environments::{limiting_token, within_reach};
use keyrack_types::bounds::counts::TASKS;
use keyrack_types::ids::{TokenId, UserId};
use keyrack_types::text::hidden;

const LONGEST_DESCRIPTION: usize = 500;
const LARGEST_PARAMS: usize = 16 * 1024;
/// No task makes, changes or removes tasks.
const OWN_CLASS: &str = "utils.scheduler.";

/// What a task is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// When: see [`Schedule::parse`].
    pub schedule: String,
    /// The method, as clients write its name.
    pub method: String,
    /// A JSON object of its parameters.
    pub params: Option<String>,
    pub description: String,
}

/// A task that was looked at.
struct Checked {
    method: String,
    params: String,
    description: String,
    first: i64,
}

keyrack_core::store::row! {
    struct TaskRow {
        id: i64,
        user_id: UserId,
        token_id: Option<TokenId>,
        environment: Option<String>,
        schedule: String,
        method: String,
        params: String,
        description: String,
        created_at: DateTime<Utc>,
        next_run_at: Option<DateTime<Utc>>,
        last_run_at: Option<DateTime<Utc>>,
        last_result: Option<i64>,
        last_error: Option<String>,
    }
}

impl Scheduler {
    /// Makes a task, for one environment or for the account; it runs with the rights that the caller has at each run.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a method that the caller may not call, [`Error::Invalid`], [`Error::NoEnvironment`],
    /// [`Error::Limit`].
    pub async fn create(
        &self,
        caller: &Caller,
        client: &Client,
        environment: Option<&str>,
        new: NewTask,
    ) -> Result<Task> {
        caller.require(Right::Operate)?;
        let checked = self.check(caller, &new)?;
        let environment = match environment {
            Some(name) => Some(self.environments.get(caller, name).await?),
            None => {
                caller.require_account()?;
                None
            }
        };
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        tx.lock_account(caller.account).await?;
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tasks WHERE account_id = $1")
            .bind(caller.account.0)
            .fetch_one(&mut *tx)
            .await?;
        if count >= TASKS {
            return Err(Error::Limit(format!("an account can have {TASKS} tasks").into()));
        }
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO tasks (account_id, user_id, token_id, environment_id, schedule, method, params, description, \
             created_at, next_run_at, secret_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
        )
        .bind(caller.account.0)
        .bind(caller.user.0)
        .bind(caller.by_token().map(|token| token.0))
        .bind(environment.as_ref().map(|environment| environment.id.0))
        .bind(new.schedule.trim())
        .bind(&checked.method)
        .bind(&checked.params)
        .bind(&checked.description)
        .bind(now.timestamp_millis())
        .bind(checked.first)
        .bind(caller.secret_by.map(|user| user.0))
        .fetch_one(&mut *tx)
        .await?;
        let mut event = Event::by(caller, client, "task.create", format!("task:{id} {}", checked.method))
            .with("schedule", new.schedule.trim());
        if let Some(environment) = environment {
            event = event.with("environment", environment.name);
        }
        audit::append(&mut tx, now, event).await?;
        tx.commit(&[]).await?;
        self.task(caller, id).await
    }

    /// Changes a task. From now on it is the caller's rights that count: nobody lets somebody else's do more.
    ///
    /// # Errors
    /// As [`Scheduler::create`]; [`Error::NotFound`].
    pub async fn edit(&self, caller: &Caller, client: &Client, id: i64, new: NewTask) -> Result<Task> {
        caller.require(Right::Operate)?;
        let checked = self.check(caller, &new)?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        let changed = sqlx::query(concat!(
            "UPDATE tasks SET user_id = $3, token_id = $4, schedule = $5, method = $6, params = $7, description = $8, ",
            "next_run_at = $9, server = NULL, beginnings = 0, secret_by = $10 WHERE account_id = $1 AND id = $2 AND ",
            within_reach!("tasks.environment_id", "$11")
        ))
        .bind(caller.account.0)
        .bind(id)
        .bind(caller.user.0)
        .bind(caller.by_token().map(|token| token.0))
        .bind(new.schedule.trim())
        .bind(&checked.method)
        .bind(&checked.params)
        .bind(&checked.description)
        .bind(checked.first)
        .bind(caller.secret_by.map(|user| user.0))
        .bind(limiting_token(caller))
        .execute(&mut *tx)
        .await?;
        if changed.rows_affected() == 0 {
            return Err(missing(id));
        }
        let event = Event::by(caller, client, "task.edit", format!("task:{id} {}", checked.method))
            .with("schedule", new.schedule.trim());
        audit::append(&mut tx, now, event).await?;
        tx.commit(&[]).await?;
        self.task(caller, id).await
    }

    /// The account's tasks, the oldest first; for a token that is limited to environments, the tasks of those.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Task>> {
        // Parameters may hold secrets, as variables of nodes do.
        caller.require(Right::Operate)?;
        let rows = sqlx::query_as::<_, TaskRow>(concat!(
            "SELECT t.id, t.user_id, t.token_id, e.name AS environment, t.schedule, t.method, t.params, t.description, ",
            "t.created_at, t.next_run_at, t.last_run_at, t.last_result, t.last_error FROM tasks t ",
            "LEFT JOIN environments e ON e.id = t.environment_id WHERE t.account_id = $1 AND ",
            within_reach!("t.environment_id", "$2"),
            " ORDER BY t.id"
        ))
        .bind(caller.account.0)
        .bind(limiting_token(caller))
        .fetch_all(self.store.read())
        .await?;
        rows.into_iter().map(task).collect()
    }

    /// As [`Scheduler::list`], for a caller who gets their parameters: the read is audited.
    ///
    /// # Errors
    /// As there.
    pub async fn read_tasks(&self, caller: &Caller, client: &Client) -> Result<Vec<Task>> {
        let tasks = self.list(caller).await?;
        self.note_read(Event::by(caller, client, "tasks.read", format!("account:{}", caller.account)));
        Ok(tasks)
    }

    /// Removes tasks: all of those named, or none. A run that is under way goes to its end.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the first that is not there.
    pub async fn delete(&self, caller: &Caller, client: &Client, ids: &[i64]) -> Result<()> {
        caller.require(Right::Operate)?;
        let mut tx = self.store.begin().await?;
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let method: Option<String> = sqlx::query_scalar(concat!(
                "DELETE FROM tasks WHERE account_id = $1 AND id = $2 AND ",
                within_reach!("tasks.environment_id", "$3"),
                " RETURNING method"
            ))
            .bind(caller.account.0)
            .bind(id)
            .bind(limiting_token(caller))
            .fetch_optional(&mut *tx)
            .await?;
            let method = method.ok_or_else(|| missing(id))?;
            let event = Event::by(caller, client, "task.remove", format!("task:{id} {method}"));
            audit::append(&mut tx, self.world.now(), event).await?;
        }
        tx.commit(&[]).await
    }

    async fn task(&self, caller: &Caller, id: i64) -> Result<Task> {
        self.list(caller).await?.into_iter().find(|task| task.id == id).ok_or_else(|| missing(id))
    }

    fn check(&self, caller: &Caller, new: &NewTask) -> Result<Checked> {
        let first = Schedule::parse(&new.schedule).and_then(|schedule| schedule.first(self.world.now()));
        let first = first.map_err(|why| Error::invalid(field::Task::Schedule, why))?.timestamp_millis();
        let method = self.catalog.resolve(&new.method).map_err(|_| {
            let shown: String = new.method.chars().take(100).collect();
            let why = format!("it has to be a method that a token can carry, environment.control.StopEnv for example (“{shown}” is none)");
            Error::invalid(field::Task::Method, why)
        })?;
        let entry = self.catalog.entries().find(|(_, entry)| entry.info.name == method.name);
        let (method_id, entry) = entry.ok_or_else(|| Error::internal("a resolved method is not in the catalogue"))?;
        let name = entry.info.name.clone();
        if entry.token != TokenAccess::WhenTicked || name.starts_with(OWN_CLASS) {
            return Err(Error::invalid(field::Task::Method, format!("{name} cannot be a task")));
        }
        if !caller.may_call(method_id) {
            return Err(Error::Forbidden(format!("you may not call {name}, so you cannot make a task of it").into()));
        }
        match entry.acts_on {
            ActsOn::Account => caller.require_account()?,
            ActsOn::NewEnvironment => caller.require_creation()?,
            ActsOn::Environment | ActsOn::List | ActsOn::Caller => {}
        }
        let description = new.description.trim().to_owned();
        if description.chars().count() > LONGEST_DESCRIPTION || hidden(&description).is_some() {
            let why = format!(
                "it has to be at most {LONGEST_DESCRIPTION} characters, without control or invisible characters"
            );
            return Err(Error::invalid(field::Task::Description, why));
        }
        let params = serde_json::to_string(&checked_params(new.params.as_deref())?).map_err(Error::internal)?;
        Ok(Checked { method: name, params, description, first })
    }
}

fn checked_params(text: Option<&str>) -> Result<Map<String, Value>> {
    let form = r#"they have to be a JSON object, {"envName":"my-project"} for example"#;
    let wrong = |why: &str| Error::invalid(field::Task::Params, why.to_owned());
    let params = match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => return Ok(Map::new()),
        Some(text) if text.len() > LARGEST_PARAMS => return Err(wrong("they have to be at most 16 KiB")),
        Some(text) => match json::read(text) {
            Ok(Value::Object(map)) => map,
            Ok(_) => return Err(wrong(form)),
            Err(why) => return Err(wrong(&format!("{form} ({why})"))),
        },
    };
    if params.keys().any(|name| name.eq_ignore_ascii_case("session") || name.eq_ignore_ascii_case("token")) {
        return Err(wrong("they must not hold a credential: a task runs with the rights of who made it"));
    }
    Ok(params)
}

fn task(row: TaskRow) -> Result<Task> {
    let (result, error) = (row.last_result.unwrap_or_default(), row.last_error);
    Ok(Task {
        id: row.id,
        user: row.user_id,
        token: row.token_id,
        environment: row.environment,
        schedule: row.schedule,
        method: row.method,
        params: serde_json::from_str(&row.params).map_err(Error::internal)?,
        description: row.description,
        created: row.created_at,
        next_run: row.next_run_at,
        last_run: row.last_run_at.map(|at| LastRun { at, result, error }),
    })
}

fn missing(id: i64) -> Error {
    Error::NotFound(format!("there is no task {id}").into())
}
