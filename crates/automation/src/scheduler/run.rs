//! Running what is due, once, however many servers there are.
//!
//! Claiming a run is one conditional update: of several servers that see the same task, one changes its row. A claim is a
//! lease, renewed while the call runs, so that no task runs twice at once. The run stays due until it has ended, so that one
//! whose server died is made by another. What acts on an environment is run by that one's server: a task of the environment is
//! claimed by no other, and for any other task the run is handed on as soon as the call says where its environment is. Runs that
//! were missed are not made up for, except for the last one. A run that was begun three times and never ended is not begun again.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::Schedule;
use crate::scheduler::Scheduler;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client};
use keyrack_core::cluster::ServerId;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::store::Tx;
use keyrack_identity::notices::{self, Notice};
use keyrack_types::bounds::counts::BEGINNINGS;
use keyrack_types::ids::{AccountId, TokenId, UserId};

/// Lifetime of a claim that is not renewed.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// The result code of a run that never came to an end, as of any other defect.
const NEVER_ENDED: i64 = 99;
/// The most that are claimed at once.
const AT_ONCE: i64 = 20;

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

impl ClaimedTask {
    /// Where the call seems to come from.
    pub fn client(&self) -> Client {
        Client { address: IpAddr::from([127, 0, 0, 1]), user_agent: "keyrack scheduler".into() }
    }
}

keyrack_core::store::row! {
    /// A task that is due.
    struct DueTask {
        id: i64,
        account_id: AccountId,
        user_id: UserId,
        token_id: Option<TokenId>,
        schedule: String,
        method: String,
        params: String,
        next_run_at: i64,
        environment: Option<String>,
    }
}

impl Scheduler {
    /// Claims what is due now and nobody runs, each with its caller, who has the rights of now; or with why nobody may make
    /// this call any more. Each has to be ended with [`Scheduler::finish`].
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn claim_due(&self) -> Result<Vec<(ClaimedTask, Result<Arc<Caller>>)>> {
        let now = self.world.now();
        let tasks = sqlx::query_as::<_, DueTask>(
            "SELECT t.id, t.account_id, t.user_id, t.token_id, t.schedule, t.method, t.params, t.next_run_at, \
             e.name AS environment \
             FROM tasks t LEFT JOIN environments e ON e.id = t.environment_id \
             WHERE t.next_run_at <= $1 AND (t.lease_until IS NULL OR t.lease_until < $1) \
             AND COALESCE(t.server, e.server, $3) = $3 ORDER BY t.next_run_at, t.id LIMIT $2",
        )
        .bind(now.timestamp_millis())
        .bind(AT_ONCE)
        .bind(self.server_id().map_or("", ServerId::as_str).to_owned())
        .fetch_all(self.store.read())
        .await?;
        let mut claimed = Vec::new();
        for task in tasks {
            if let Some(task) = self.claim(task, now).await? {
                claimed.push(task);
            }
        }
        Ok(claimed)
    }

    async fn claim(&self, task: DueTask, now: DateTime<Utc>) -> Result<Option<(ClaimedTask, Result<Arc<Caller>>)>> {
        let DueTask { id, account_id: account, user_id: user, token_id: token, next_run_at: due, method, .. } = task;
        let lease = (now + LEASE).timestamp_millis();
        let mut tx = self.store.begin().await?;
        let begun: Option<i64> = sqlx::query_scalar(
            "UPDATE tasks SET lease_until = $3, beginnings = beginnings + 1 \
             WHERE id = $1 AND next_run_at = $2 AND (lease_until IS NULL OR lease_until < $4) RETURNING beginnings",
        )
        .bind(id)
        .bind(due)
        .bind(lease)
        .bind(now.timestamp_millis())
        .fetch_optional(&mut *tx)
        .await?;
        match begun {
            None => return Ok(None),
            Some(begun) if begun > BEGINNINGS => {
                self.give_up(&mut tx, now, id, &method, (account, user)).await?;
                tx.commit(&[]).await?;
                return Ok(None);
            }
            Some(_) => tx.commit(&[]).await?,
        }
        let mut caller = self.accounts.caller_of_task(id, account, user, token).await.map(Arc::new);
        // One that cannot be read must not keep the others from being claimed.
        let params: Map<String, Value> = serde_json::from_str(&task.params).unwrap_or_else(|_| {
            caller = Err(Error::invalid(field::Task::Params, "what is stored of them cannot be read: edit the task"));
            Map::new()
        });
        let claimed = ClaimedTask {
            id,
            method,
            params: call_params(params, task.environment),
            caller: caller.as_ref().ok().cloned(),
            account,
            schedule: task.schedule,
            due,
            lease,
        };
        Ok(Some((claimed, caller)))
    }

    /// Ends a run that was begun often and never came to an end: what it calls ends the server, most likely. The task does
    /// not run any more until somebody edits it.
    async fn give_up(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
        id: i64,
        method: &str,
        (account, user): (AccountId, UserId),
    ) -> Result<()> {
        let why = format!(
            "the server ended {BEGINNINGS} times while this was running, so it is not run any more; editing the task lets it \
             run again"
        );
        sqlx::query(
            "UPDATE tasks SET lease_until = NULL, server = NULL, beginnings = 0, next_run_at = NULL, last_run_at = $2, \
             last_result = $3, last_error = $4 WHERE id = $1",
        )
        .bind(id)
        .bind(now.timestamp_millis())
        .bind(NEVER_ENDED)
        .bind(&why)
        .execute(&mut **tx)
        .await?;
        tracing::error!(task = id, method, "given up: it was begun {BEGINNINGS} times and never ended");
        let event = Event::by_server(Some(account), "task.run", format!("task:{id} {method}"));
        audit::append(tx, now, event.refused(format!("{NEVER_ENDED} {why}"))).await?;
        let known: Option<i64> =
            sqlx::query_scalar("SELECT id FROM users WHERE id = $1").bind(user.0).fetch_optional(&mut **tx).await?;
        if known.is_some() {
            notices::notify(tx, &self.settings, now, user, Some(account), Notice::TaskGivenUp { id, method }).await?;
        }
        Ok(())
    }

    /// Holds a claim longer, while the call runs.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn renew(&self, task: &mut ClaimedTask) -> Result<()> {
        let lease = (self.world.now() + LEASE).timestamp_millis();
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE tasks SET lease_until = $3 WHERE id = $1 AND lease_until = $2")
            .bind(task.id)
            .bind(task.lease)
            .bind(lease)
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await?;
        task.lease = lease;
        Ok(())
    }

    /// Hands a claimed run on to the server that has what the call acts on. Nothing was done then: operations look where an
    /// environment is run before anything else.
    ///
    /// # Errors
    /// From the database; the claim then runs out by itself.
    pub async fn hand_on(&self, task: &ClaimedTask, server: &ServerId) -> Result<()> {
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE tasks SET lease_until = NULL, server = $3, beginnings = beginnings - 1 WHERE id = $1 AND lease_until = $2")
            .bind(task.id)
            .bind(task.lease)
            .bind(server.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await
    }

    /// Notes how a run ended: its result code, and the error text when that is not 0.
    ///
    /// # Errors
    /// From the database; the claim then runs out by itself.
    pub async fn finish(&self, task: &ClaimedTask, result: i64, error: Option<&str>) -> Result<()> {
        let now = self.world.now();
        // Runs that came due meanwhile are not made up for.
        let next = Schedule::parse(&task.schedule).ok().and_then(|schedule| schedule.next(now));
        let mut tx = self.store.begin().await?;
        sqlx::query(
            "UPDATE tasks SET lease_until = NULL, server = NULL, beginnings = 0, last_run_at = $3, last_result = $4, last_error = $5, \
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
        tx.commit(&[]).await
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
