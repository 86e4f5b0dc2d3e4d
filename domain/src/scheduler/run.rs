//! Running what is due, once, however many servers there are.
//!
//! Claiming a run is one conditional update: of several servers that see the same task, one changes its row. A claim is a
//! lease, renewed while the call runs, so that no task runs twice at once. The run stays due until it has ended, so that one
//! whose server died is made by another. Runs that were missed are not made up for, except for the last one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Schedule;
use crate::audit::{self, Event};
use crate::caller::{Caller, Client};
use crate::error::{Error, Result};
use crate::ids::{AccountId, TokenId, UserId};
use crate::keyrack::Keyrack;

/// So long a claim holds unless it is renewed.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// The most that are claimed at once.
const AT_ONCE: usize = 20;
/// The most that are looked at for it: others have to make some of them.
const LOOKED_AT: i64 = 200;
/// Servers look for what is due each second, and count as gone after five without a word.
const LEFT: Duration = Duration::from_secs(6);

/// A run that this server has to make.
#[derive(Debug)]
pub struct ClaimedTask {
    pub id: i64,
    pub method: String,
    /// The parameters of the call: names and values.
    pub params: Vec<(String, String)>,
    /// Who calls, for the audit log; none when nobody may any more.
    caller: Option<Arc<Caller>>,
    account: AccountId,
    schedule: String,
    /// When it came due.
    due: i64,
    lease: i64,
}

/// Runs that another server has to make, because it runs the environment: each is left to it until a moment of the steady
/// clock. Should it be gone by then, the run is tried here after all, and fails with the reason.
#[derive(Debug, Default)]
pub(crate) struct LeftToOthers(Mutex<HashMap<(i64, i64), Instant>>);

impl LeftToOthers {
    fn leave(&self, task: i64, due: i64) {
        self.lock().insert((task, due), Instant::now() + LEFT);
    }

    fn has(&self, task: i64, due: i64) -> bool {
        let mut left = self.lock();
        let now = Instant::now();
        left.retain(|_, until| now < *until);
        left.contains_key(&(task, due))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(i64, i64), Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClaimedTask {
    /// Where the call seems to come from.
    pub fn client(&self) -> Client {
        Client { address: IpAddr::from([127, 0, 0, 1]), user_agent: "keyrack scheduler".into() }
    }
}

impl Keyrack {
    /// Claims what is due now and nobody runs, each with its caller, who has the rights of now; or with why nobody may make
    /// this call any more. Each has to be ended with [`Keyrack::finish_task`].
    ///
    /// # Errors
    /// From the database.
    pub async fn claim_due_tasks(&self) -> Result<Vec<(ClaimedTask, Result<Arc<Caller>>)>> {
        let now = self.world.now();
        let rows = sqlx::query(
            "SELECT t.id, t.account_id, t.user_id, t.token_id, t.schedule, t.method, t.params, t.next_run_at, e.name \
             FROM tasks t LEFT JOIN environments e ON e.id = t.environment_id \
             WHERE t.next_run_at <= $1 AND (t.lease_until IS NULL OR t.lease_until < $1) \
             ORDER BY t.next_run_at, t.id LIMIT $2",
        )
        .bind(now.timestamp_millis())
        .bind(LOOKED_AT)
        .fetch_all(self.store.read())
        .await?;
        let mut claimed = Vec::new();
        for row in rows {
            if claimed.len() == AT_ONCE {
                break;
            }
            if self.left_to_others.has(row.try_get(0)?, row.try_get(7)?) {
                continue;
            }
            if let Some(task) = self.claim(&row, now).await? {
                claimed.push(task);
            }
        }
        Ok(claimed)
    }

    async fn claim(&self, row: &AnyRow, now: DateTime<Utc>) -> Result<Option<(ClaimedTask, Result<Arc<Caller>>)>> {
        let (id, due): (i64, i64) = (row.try_get(0)?, row.try_get(7)?);
        let lease = (now + LEASE).timestamp_millis();
        let mut tx = self.store.begin().await?;
        let taken = sqlx::query(
            "UPDATE tasks SET lease_until = $3 \
             WHERE id = $1 AND next_run_at = $2 AND (lease_until IS NULL OR lease_until < $4)",
        )
        .bind(id)
        .bind(due)
        .bind(lease)
        .bind(now.timestamp_millis())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        if taken.rows_affected() == 0 {
            return Ok(None);
        }
        let account = AccountId(row.try_get(1)?);
        let (user, token) = (UserId(row.try_get(2)?), row.try_get::<Option<i64>, _>(3)?.map(TokenId));
        let params: Map<String, Value> = serde_json::from_str(row.try_get(6)?).map_err(Error::internal)?;
        let caller = self.caller_of_task(id, account, user, token).await.map(Arc::new);
        let task = ClaimedTask {
            id,
            method: row.try_get(5)?,
            params: call_params(params, row.try_get(8)?),
            caller: caller.as_ref().ok().cloned(),
            account,
            schedule: row.try_get(4)?,
            due,
            lease,
        };
        Ok(Some((task, caller)))
    }

    /// Holds a claim longer, while the call runs.
    ///
    /// # Errors
    /// From the database.
    pub async fn renew_task(&self, task: &mut ClaimedTask) -> Result<()> {
        let lease = (self.world.now() + LEASE).timestamp_millis();
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE tasks SET lease_until = $3 WHERE id = $1 AND lease_until = $2")
            .bind(task.id)
            .bind(task.lease)
            .bind(lease)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        task.lease = lease;
        Ok(())
    }

    /// Gives a claim back: nothing was done, and the server that runs the environment has to make this run.
    ///
    /// # Errors
    /// From the database; the claim then runs out by itself.
    pub async fn leave_task(&self, task: &ClaimedTask) -> Result<()> {
        self.left_to_others.leave(task.id, task.due);
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE tasks SET lease_until = NULL WHERE id = $1 AND lease_until = $2")
            .bind(task.id)
            .bind(task.lease)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Notes how a run ended: its result code, and the error text when that is not 0.
    ///
    /// # Errors
    /// From the database; the claim then runs out by itself.
    pub async fn finish_task(&self, task: &ClaimedTask, result: i64, error: Option<&str>) -> Result<()> {
        let now = self.world.now();
        // Runs that came due meanwhile are not made up for.
        let next = Schedule::parse(&task.schedule).ok().and_then(|schedule| schedule.next(now));
        let mut tx = self.store.begin().await?;
        sqlx::query(
            "UPDATE tasks SET lease_until = NULL, last_run_at = $3, last_result = $4, last_error = $5, \
             next_run_at = CASE WHEN next_run_at = $7 THEN $6 ELSE next_run_at END WHERE id = $1 AND lease_until = $2",
        )
        .bind(task.id)
        .bind(task.lease)
        .bind(now.timestamp_millis())
        .bind(result)
        .bind(error)
        .bind(next.map(|next| next.timestamp_millis()))
        .bind(task.due)
        .execute(&mut *tx)
        .await?;
        let subject = format!("task:{} {}", task.id, task.method);
        let mut event = match &task.caller {
            Some(caller) => Event::by(caller, &task.client(), "task.run", subject),
            None => Event::by_server(Some(task.account), "task.run", subject),
        };
        if result != 0 {
            event = event.refused(format!("{result} {}", error.unwrap_or_default()));
        }
        audit::append(&mut tx, now, event).await?;
        Ok(tx.commit().await?)
    }
}

/// The parameters as a call has them; a task of an environment acts on that one.
fn call_params(params: Map<String, Value>, environment: Option<String>) -> Vec<(String, String)> {
    let mut call: Vec<(String, String)> = Vec::new();
    for (name, value) in params {
        match value {
            Value::Null => {}
            Value::String(text) => call.push((name, text)),
            other => call.push((name, other.to_string())),
        }
    }
    if let Some(environment) = environment {
        call.retain(|(name, _)| !name.eq_ignore_ascii_case("envName"));
        call.push(("envName".to_owned(), environment));
    }
    call
}
