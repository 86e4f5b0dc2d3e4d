//! Environments, layers, nodes and tasks as people see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The state of an environment. Codes and constant names are those of the platform API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EnvStatus {
    Running,
    Stopped,
    Launching,
    Sleeping,
    Creating,
    Cloning,
    Broken,
    Updating,
    Stopping,
    GoingToSleep,
    /// The server that runs it is not there. Never stored.
    Unknown,
}

impl EnvStatus {
    const ALL: [EnvStatus; 11] = [
        EnvStatus::Running,
        EnvStatus::Stopped,
        EnvStatus::Launching,
        EnvStatus::Sleeping,
        EnvStatus::Creating,
        EnvStatus::Cloning,
        EnvStatus::Broken,
        EnvStatus::Updating,
        EnvStatus::Stopping,
        EnvStatus::GoingToSleep,
        EnvStatus::Unknown,
    ];

    /// The number on the wire.
    pub const fn code(self) -> i64 {
        match self {
            EnvStatus::Running => 1,
            EnvStatus::Stopped => 2,
            EnvStatus::Launching => 3,
            EnvStatus::Sleeping => 4,
            EnvStatus::Unknown => 5,
            EnvStatus::Creating => 6,
            EnvStatus::Cloning => 7,
            EnvStatus::Broken => 11,
            EnvStatus::Updating => 12,
            EnvStatus::Stopping => 13,
            EnvStatus::GoingToSleep => 14,
        }
    }

    /// The status with this number.
    pub fn by_code(code: i64) -> Option<EnvStatus> {
        EnvStatus::ALL.into_iter().find(|status| status.code() == code)
    }

    /// The constant's name on the wire, `ENV_STATUS_TYPE_RUNNING` and so on.
    pub const fn constant(self) -> &'static str {
        match self {
            EnvStatus::Running => "ENV_STATUS_TYPE_RUNNING",
            EnvStatus::Stopped => "ENV_STATUS_TYPE_DOWN",
            EnvStatus::Launching => "ENV_STATUS_TYPE_LAUNCHING",
            EnvStatus::Sleeping => "ENV_STATUS_TYPE_SLEEP",
            EnvStatus::Creating => "ENV_STATUS_TYPE_CREATING",
            EnvStatus::Cloning => "ENV_STATUS_TYPE_CLONING",
            EnvStatus::Broken => "ENV_STATUS_TYPE_BROKEN",
            EnvStatus::Updating => "ENV_STATUS_TYPE_UPDATING",
            EnvStatus::Stopping => "ENV_STATUS_TYPE_STOPPING",
            EnvStatus::GoingToSleep => "ENV_STATUS_TYPE_GOING_TO_SLEEP",
            EnvStatus::Unknown => "ENV_STATUS_TYPE_UNKNOWN",
        }
    }

    /// What the dashboard calls it.
    pub const fn label(self) -> &'static str {
        match self {
            EnvStatus::Running => "Running",
            EnvStatus::Stopped => "Stopped",
            EnvStatus::Launching => "Launching…",
            EnvStatus::Sleeping => "Sleeping",
            EnvStatus::Creating => "Creating…",
            EnvStatus::Cloning => "Cloning…",
            EnvStatus::Broken => "Broken",
            EnvStatus::Updating => "Redeploying…",
            EnvStatus::Stopping => "Stopping…",
            EnvStatus::GoingToSleep => "Going to sleep…",
            EnvStatus::Unknown => "Unknown",
        }
    }

    /// Whether it will become another status by itself.
    pub const fn is_changing(self) -> bool {
        matches!(
            self,
            EnvStatus::Launching
                | EnvStatus::Creating
                | EnvStatus::Cloning
                | EnvStatus::Updating
                | EnvStatus::Stopping
                | EnvStatus::GoingToSleep
        )
    }
}

/// What can be asked of an environment as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvAction {
    Start,
    Stop,
    Sleep,
    /// Of a broken one: what is left of it is stopped, and all of it is started.
    Restart,
}

impl EnvAction {
    /// The statuses in which it can be asked for. The pages offer what the server does.
    pub const fn from(self) -> &'static [EnvStatus] {
        match self {
            EnvAction::Start => &[EnvStatus::Stopped, EnvStatus::Sleeping, EnvStatus::Broken],
            EnvAction::Stop | EnvAction::Restart => &[EnvStatus::Running, EnvStatus::Broken],
            EnvAction::Sleep => &[EnvStatus::Running],
        }
    }
}

/// One environment in the dashboard's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentView {
    /// The short name that API calls use (`envName`).
    pub name: String,
    /// What people call it; the short name unless set.
    pub display_name: String,
    pub status: EnvStatus,
    pub layers: Vec<LayerView>,
    /// Where its first public node answers, for example `http://127.0.0.1:31007`, whether it runs or not.
    pub address: Option<String>,
    /// While Broken: the last lines that the failing node wrote.
    pub last_lines: Vec<String>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
}

/// The nodes of one role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerView {
    /// `cp`, `bl`, `sqldb`, …
    pub name: String,
    pub nodes: Vec<NodeView>,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeView {
    pub id: i64,
    /// What it runs, `keyrack/web:latest`.
    pub image: String,
    pub status: EnvStatus,
    pub address: Option<String>,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskState {
    Running,
    Done,
    Failed,
}

/// One entry of the tasks panel: something that was asked for, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    pub id: i64,
    /// In words: `Stopping my-project`.
    pub title: String,
    pub environment: Option<String>,
    pub state: TaskState,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub started: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub finished: Option<DateTime<Utc>>,
    /// While `Failed`: why.
    pub error: Option<String>,
}

/// Everything the Environments page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub environments: Vec<EnvironmentView>,
    /// Newest first, at most 20.
    pub tasks: Vec<TaskView>,
    /// Whether the viewer may start, stop and restart.
    pub may_operate: bool,
}
