//! The audit log: who did what to what, from where, with what outcome; chained by hash.
//!
//! An entry is appended inside the transaction of the change that it speaks of, so neither is there without the other.

mod chain;
mod list;
mod verify;

use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::caller::{Caller, CallerCredential, Client};
use crate::error::Result;
use crate::store::Tx;
use keyrack_types::ids::{AccountId, UserId};

pub use list::AuditLog;
pub use verify::{Broken, Verified, verify};

/// Something that happened, about to become an entry.
#[derive(Clone, Debug)]
pub struct Event {
    pub account: Option<AccountId>,
    /// Who: `user:7 ada@example.org`, `user:7 … by token:3`, `operator`, `server`, `anonymous`.
    pub actor: String,
    /// What, as `subject.verb`: `token.create`, `environment.stop`, `session.sign-in`.
    pub action: &'static str,
    /// To what: `token:3 Deploy script`, `environment:my-project`.
    pub subject: String,
    pub outcome: Outcome,
    /// More facts, never a secret: changed fields, methods added and removed.
    pub details: Map<String, Value>,
    pub address: Option<IpAddr>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Not done, and why.
    Refused(String),
}

impl Event {
    /// Something that a known caller did.
    pub fn by(caller: &Caller, client: &Client, action: &'static str, subject: impl Into<String>) -> Event {
        let mut actor = format!("user:{} {}", caller.user, caller.email);
        match caller.credential {
            CallerCredential::Token(id) | CallerCredential::Session { by_token: Some(id), .. } => {
                actor.push_str(&format!(" by token:{id}"));
            }
            CallerCredential::Session { .. } => {}
            CallerCredential::Task { id, by_token } => {
                actor.push_str(&format!(" by task:{id}"));
                if let Some(token) = by_token {
                    actor.push_str(&format!(" of token:{token}"));
                }
            }
        }
        Event::new(Some(caller.account), actor, action, subject).from(client.address)
    }

    /// Something that the operator did at the command line.
    pub fn by_operator(account: Option<AccountId>, action: &'static str, subject: impl Into<String>) -> Event {
        Event::new(account, "operator", action, subject)
    }

    /// Something that the server did by itself.
    pub fn by_server(account: Option<AccountId>, action: &'static str, subject: impl Into<String>) -> Event {
        Event::new(account, "server", action, subject)
    }

    /// Something that a user did who is not signed in (yet).
    pub fn by_user(user: Option<(UserId, AccountId)>, email: &str, client: &Client, action: &'static str) -> Event {
        let (account, actor) = match user {
            Some((id, account)) => (Some(account), format!("user:{id} {email}")),
            None => (None, "anonymous".to_owned()),
        };
        Event::new(account, actor, action, format!("user:{email}")).from(client.address)
    }

    fn new(
        account: Option<AccountId>,
        actor: impl Into<String>,
        action: &'static str,
        subject: impl Into<String>,
    ) -> Event {
        Event {
            account,
            actor: actor.into(),
            action,
            subject: subject.into(),
            outcome: Outcome::Done,
            details: Map::new(),
            address: None,
        }
    }

    /// Adds where it came from.
    #[must_use]
    pub fn from(mut self, address: IpAddr) -> Event {
        self.address = Some(address);
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Event {
        self.details.insert(key.to_owned(), value.into());
        self
    }

    /// Says that it was not done, and why.
    #[must_use]
    pub fn refused(mut self, why: impl Into<String>) -> Event {
        self.outcome = Outcome::Refused(why.into());
        self
    }
}

/// Appends the event to the chain within the transaction of its change.
///
/// # Errors
/// From the database; then the change must not be committed either.
pub async fn append(tx: &mut Tx, now: chrono::DateTime<chrono::Utc>, event: Event) -> Result<()> {
    let head = tx.lock_audit().await?;
    let entry = chain::Entry::new(head.last_id + 1, now, event);
    let hash = entry.hash(&head.hash);
    sqlx::query(
        "INSERT INTO audit (id, at, account_id, actor, action, subject, outcome, details, address, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(entry.id)
    .bind(entry.at)
    .bind(entry.account_id)
    .bind(entry.actor)
    .bind(entry.action)
    .bind(entry.subject)
    .bind(entry.outcome)
    .bind(entry.details)
    .bind(entry.address)
    .bind(hash.to_vec())
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE audit_head SET last_id = $1, hash = $2 WHERE id = 1")
        .bind(head.last_id + 1)
        .bind(hash.to_vec())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
