//! Reading the log: pages, filters, export.

use chrono::{DateTime, Utc};
use futures::{Stream, TryStreamExt};
use sqlx::any::AnyArguments;
use sqlx::query::QueryAs;
use sqlx::{Any, AssertSqlSafe};

use super::verify::{Broken, Verified};
use crate::caller::{Caller, Right};
use crate::core::Core;
use crate::email::login_forms;
use crate::error::{Error, Result};
use crate::on_core;
use crate::store::Reads;
use keyrack_types::audit::{AuditEntryView, AuditFilter, AuditPage};
use keyrack_types::dates::end_of_day;
use keyrack_types::ids::AccountId;

/// Entries on one page.
const PAGE: i64 = 50;
/// Entries that are read at once for an export.
const READ_AT_ONCE: usize = 500;

crate::store::row! {
    struct EntryRow {
        id: i64,
        at: DateTime<Utc>,
        actor: String,
        action: String,
        subject: String,
        outcome: String,
        details: String,
        address: String,
    }
}

/// The log as it is read.
#[derive(Clone)]
pub struct AuditLog {
    core: Core,
}

on_core!(AuditLog);

impl AuditLog {
    /// The log of this core's database.
    pub fn new(core: Core) -> AuditLog {
        AuditLog { core }
    }
}

impl AuditLog {
    /// Walks the audit chain.
    ///
    /// # Errors
    /// The outer one from the database; the inner one names the first broken entry.
    pub async fn verify(&self) -> Result<Result<Verified, Broken>> {
        super::verify::verify(&self.core.store).await
    }

    /// One page of the account's log, newest first. `before` is the page's end: entries with smaller numbers only, so that
    /// a page far back costs no more than the first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] below manager, [`Error::Denied`] for a token that is limited to environments.
    pub async fn page(&self, caller: &Caller, filter: &AuditFilter, before: Option<i64>) -> Result<AuditPage> {
        caller.require(Right::ReadAudit)?;
        caller.require_account()?;
        let mut select = Select::new(caller.account, filter);
        if let Some(before) = before {
            select.and("id < ?", [Value::Number(before)]);
        }
        select.text.push_str(&format!(" ORDER BY id DESC LIMIT {}", PAGE + 1));
        let rows = select.query().fetch_all(self.store.read()).await?;
        let mut entries = rows.into_iter().map(EntryRow::view).collect::<Vec<_>>();
        let more = entries.len() > PAGE as usize;
        entries.truncate(PAGE as usize);
        let older = entries.last().filter(|_| more).map(|entry| entry.id);
        Ok(AuditPage { entries, older })
    }

    /// All entries that the filter lets through, oldest first. Neither memory grows with the log, nor is a connection held
    /// while a slow reader takes its time.
    ///
    /// # Errors
    /// [`Error::Forbidden`] below manager, [`Error::Denied`] for a token that is limited to environments.
    pub fn export(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
    ) -> Result<impl Stream<Item = Result<AuditEntryView>> + Send + 'static + use<>> {
        caller.require(Right::ReadAudit)?;
        caller.require_account()?;
        Ok(stream(caller.account, filter.clone(), self.store.read().clone()))
    }
}

/// A query that grows with the filter. sqlx's own builder writes `?`, which PostgreSQL does not know.
struct Select {
    text: String,
    values: Vec<Value>,
}

enum Value {
    Number(i64),
    Text(String),
}

impl Select {
    fn new(account: AccountId, filter: &AuditFilter) -> Select {
        let mut select = Select {
            text: "SELECT id, at, actor, action, subject, outcome, details, address FROM audit WHERE account_id = $1"
                .into(),
            values: vec![Value::Number(account.0)],
        };
        if let Some(from) = filter.from {
            select.and("at >= ?", [Value::Number(from.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis())]);
        }
        if let Some(to) = filter.to {
            select.and("at < ?", [Value::Number(end_of_day(to).timestamp_millis() + 1000)]);
        }
        let (person, token, method) = (filter.person.trim(), filter.token.trim(), filter.method.trim());
        if !person.is_empty() {
            select.and("lower(actor) LIKE ? ESCAPE '!'", [like(&login_forms(person).0)]);
        }
        if let Ok(number) = token.parse::<i64>() {
            // The token of this number, not all that have the digit somewhere: what it did, and what was done to it.
            select.and(
                "(actor_token = ? OR (subject_kind = 'token' AND subject_id = ?))",
                [Value::Number(number), Value::Number(number)],
            );
        } else if !token.is_empty() {
            // A token that is gone is known by the entries about it.
            select.and(
                "((subject_kind = 'token' AND lower(subject) LIKE ? ESCAPE '!') OR actor_token IN (SELECT subject_id \
                 FROM audit WHERE account_id = ? AND subject_kind = 'token' AND lower(subject) LIKE ? ESCAPE '!'))",
                [like(token), Value::Number(account.0), like(token)],
            );
        }
        if !method.is_empty() {
            select.and(
                "(lower(action) LIKE ? ESCAPE '!' OR (subject_kind = 'method' AND lower(subject) LIKE ? ESCAPE '!'))",
                [like(method), like(method)],
            );
        }
        select
    }

    /// Adds a condition, its `?` numbered on.
    fn and<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        self.text.push_str(" AND ");
        let mut parts = condition.split('?');
        self.text.push_str(parts.next().unwrap_or_default());
        for (part, value) in parts.zip(values) {
            self.values.push(value);
            self.text.push_str(&format!("${}{part}", self.values.len()));
        }
    }

    fn query(&self) -> QueryAs<'_, Any, EntryRow, AnyArguments> {
        let query = sqlx::query_as::<_, EntryRow>(AssertSqlSafe(self.text.as_str()));
        self.values.iter().fold(query, |query, value| match value {
            Value::Number(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.clone()),
        })
    }
}

fn stream(
    account: AccountId,
    filter: AuditFilter,
    pool: Reads,
) -> impl Stream<Item = Result<AuditEntryView>> + Send + 'static {
    let parts = futures::stream::try_unfold(Some(0), move |after: Option<i64>| {
        let (filter, pool) = (filter.clone(), pool.clone());
        async move {
            let Some(after) = after else { return Ok::<_, Error>(None) };
            let mut select = Select::new(account, &filter);
            select.and("id > ?", [Value::Number(after)]);
            select.text.push_str(&format!(" ORDER BY id LIMIT {READ_AT_ONCE}"));
            let rows = select.query().fetch_all(&pool).await?;
            let entries = rows.into_iter().map(EntryRow::view).collect::<Vec<_>>();
            let last = entries.last().filter(|_| entries.len() == READ_AT_ONCE).map(|entry| entry.id);
            Ok(Some((futures::stream::iter(entries.into_iter().map(Ok)), last)))
        }
    });
    parts.try_flatten()
}

/// A pattern for text anywhere, in lower case, its own wildcards taken literally.
fn like(text: &str) -> Value {
    let text = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    Value::Text(format!("%{text}%"))
}

impl EntryRow {
    fn view(self) -> AuditEntryView {
        AuditEntryView {
            id: self.id,
            at: self.at,
            actor: self.actor,
            action: self.action,
            subject: self.subject,
            outcome: self.outcome,
            details: self.details,
            address: self.address,
        }
    }
}
