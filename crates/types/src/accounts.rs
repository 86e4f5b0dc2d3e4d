//! Accounts, users and sessions as people see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a member of an account may do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// Sees shared tokens and environments.
    Viewer,
    /// Also manages shared tokens and environments.
    Manager,
    /// Everything in the account.
    Owner,
}

impl Role {
    /// The word that people read and the store keeps: `owner`, `manager`, `viewer`.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Viewer => "viewer",
        }
    }

    /// The role with this name, as [`Role::name`] writes it.
    pub fn by_name(name: &str) -> Option<Role> {
        [Role::Owner, Role::Manager, Role::Viewer].into_iter().find(|role| role.name() == name)
    }
}

/// The signed-in person, for the top bar and the account page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub user_id: i64,
    pub email: String,
    pub name: String,
    pub account: String,
    pub role: Role,
    /// Since when the user exists.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// Signed in with an Extended Access token instead of the password.
    pub by_token: bool,
}

/// One open session of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub id: i64,
    pub user_id: i64,
    /// The session that asks.
    pub current: bool,
    /// Address of the client.
    pub address: String,
    pub user_agent: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub last_seen: DateTime<Utc>,
    /// Opened by an API Signin rather than in a browser.
    pub api: bool,
}
