//! The class `environment.tracking`.

use keyrack_domain::environments;
use keyrack_domain::types::environments::TaskState;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;

use crate::dispatch::method::methods;

methods! {
    /// Actions that were asked for and their outcome; the server's clock.
    get_action::GetAction,
    get_current_actions::GetCurrentActions,
    get_server_utc_time::GetServerUtcTime as public,
    get_uid_actions::GetUidActions,
}

/// Something that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    #[schemars(example = &"environment.stop")]
    action: String,
    #[schemars(example = &"Stopping my-project")]
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"my-project")]
    env_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_on: Option<Moment>,
    #[schemars(example = 3)]
    id: i64,
    started_on: Moment,
    #[schemars(example = &"DONE")]
    status: Status,
    /// Who asked; absent when the server did it by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 7)]
    uid: Option<i64>,
}

/// What became of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(rename = "ActionStatus")]
enum Status {
    Running,
    Done,
    Failed,
}

impl From<environments::Action> for Action {
    fn from(action: environments::Action) -> Action {
        Action {
            action: action.kind,
            description: action.title,
            env_name: action.environment,
            error: action.error,
            finished_on: action.finished.map(Moment),
            id: action.id.0,
            started_on: Moment(action.started),
            status: match action.state {
                TaskState::Running => Status::Running,
                TaskState::Done => Status::Done,
                TaskState::Failed => Status::Failed,
            },
            uid: action.user.map(|user| user.0),
        }
    }
}

/// Several of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Actions {
    array: Vec<Action>,
}

impl Actions {
    fn of(actions: impl IntoIterator<Item = environments::Action>) -> Actions {
        Actions { array: actions.into_iter().map(Action::from).collect() }
    }
}
