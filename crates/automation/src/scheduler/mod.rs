//! Tasks: calls that the server makes by itself, at set times, for somebody.
//!
//! A task is a method, its parameters and a schedule. Whoever made or last changed it, a user or a token, is whose rights
//! count, and they count as they are at each run: a lowered role, a member or token that is gone or expired, a token that
//! lost the method, and the run is refused and noted. Methods that no token may carry cannot be scheduled at all.

mod run;
mod schedule;
mod tasks;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use keyrack_core::core::Core;
use keyrack_core::on_core;
use keyrack_environments::Environments;
use keyrack_identity::accounts::Accounts;
use keyrack_types::ids::{TokenId, UserId};

pub use run::ClaimedTask;
pub use schedule::Schedule;
pub use tasks::NewTask;

/// A task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub id: i64,
    /// Whose rights count.
    pub user: UserId,
    /// The token whose rights count, when one made it.
    pub token: Option<TokenId>,
    /// The short name of the environment that it is for.
    pub environment: Option<String>,
    /// As it was written.
    pub schedule: String,
    /// The full name.
    pub method: String,
    pub params: Map<String, Value>,
    pub description: String,
    pub created: DateTime<Utc>,
    /// None when it does not run any more.
    pub next_run: Option<DateTime<Utc>>,
    pub last_run: Option<LastRun>,
}

/// How the last run went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRun {
    pub at: DateTime<Utc>,
    /// The result code of the call.
    pub result: i64,
    pub error: Option<String>,
}

/// Calls at set times.
#[derive(Clone)]
pub struct Scheduler {
    core: Core,
    accounts: Accounts,
    environments: Environments,
}

on_core!(Scheduler);

impl Scheduler {
    /// The scheduler, with the services that know who a task acts for and what it is for.
    pub fn new(core: Core, accounts: Accounts, environments: Environments) -> Scheduler {
        Scheduler { core, accounts, environments }
    }
}
