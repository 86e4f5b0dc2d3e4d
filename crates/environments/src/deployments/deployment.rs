//! What is deployed in a context.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_types::ids::UserId;

const LONGEST_HOOK: usize = 32 * 1024;

/// What is deployed in one context of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// [`ROOT`], or the first part of the path that it answers at.
    pub context: String,
    /// The archive's file name.
    pub archive: String,
    /// The archive's size in bytes.
    pub size: u64,
    pub hooks: Hooks,
    /// Who deployed it.
    pub user: UserId,
    pub deployed: DateTime<Utc>,
}

/// Commands that are executed on each node around a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Hooks {
    /// Before; when it fails, nothing is deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_deploy: Option<String>,
    /// When the new content is in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_deploy: Option<String>,
}

impl Hooks {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pre_deploy.is_none() && self.post_deploy.is_none()
    }

    /// # Errors
    /// [`Error::Invalid`] for one that is no command.
    pub(super) fn check(&self) -> Result<()> {
        for hook in [&self.pre_deploy, &self.post_deploy].into_iter().flatten() {
            if hook.len() > LONGEST_HOOK || hook.contains('\0') {
                let why = format!("a hook has to be at most {LONGEST_HOOK} bytes, without NUL");
                return Err(Error::invalid(field::Environment::Hooks, why));
            }
        }
        Ok(())
    }
}
