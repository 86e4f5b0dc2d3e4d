//! What changed between two answers of the server, in words.

use keyrack_types::environments::{Overview, TaskState, TaskView};

use crate::components::toast::ToastKind;

/// What is announced and shown.
#[derive(Debug, PartialEq)]
pub(super) struct Changes {
    /// The operation that began last.
    pub begun: Option<String>,
    /// The operations that ended, and how.
    pub outcomes: Vec<(ToastKind, String)>,
}

/// Compares two answers. Tasks that are new and already over count as ended.
pub(super) fn changes(before: &Overview, after: &Overview) -> Changes {
    let newest = before.tasks.iter().map(|task| task.id).max().unwrap_or_default();
    let was_open = |task: &TaskView| {
        task.id > newest || before.tasks.iter().any(|old| old.id == task.id && old.state == TaskState::Running)
    };
    let ended = after.tasks.iter().rev().filter(|task| task.state != TaskState::Running && was_open(task));
    Changes {
        begun: after
            .tasks
            .iter()
            .find(|task| task.state == TaskState::Running && task.id > newest)
            .map(|task| format!("{}…", task.title)),
        outcomes: ended.map(|task| outcome(task, after)).collect(),
    }
}

fn outcome(task: &TaskView, after: &Overview) -> (ToastKind, String) {
    if let Some(error) = task.error.as_ref().filter(|_| task.state == TaskState::Failed) {
        return (ToastKind::Error, format!("{} failed: {error}", task.title));
    }
    if task.state == TaskState::Failed {
        return (ToastKind::Error, format!("{} failed.", task.title));
    }
    let settled =
        after.environments.iter().find(|env| Some(&env.name) == task.environment.as_ref() && !env.status.is_changing());
    let text = match settled {
        Some(env) => format!("{} is {}.", env.display_name, env.status.label().to_lowercase()),
        None => format!("{}: done.", task.title),
    };
    (ToastKind::Success, text)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use keyrack_types::environments::{EnvStatus, EnvironmentView};

    use super::*;

    fn task(id: i64, state: TaskState, error: Option<&str>) -> TaskView {
        TaskView {
            id,
            title: "Stopping shop".into(),
            environment: Some("shop".into()),
            state,
            started: DateTime::UNIX_EPOCH,
            finished: None,
            error: error.map(Into::into),
        }
    }

    fn overview(status: EnvStatus, tasks: Vec<TaskView>) -> Overview {
        let shop = EnvironmentView {
            name: "shop".into(),
            display_name: "Shop".into(),
            status,
            layers: vec![],
            address: None,
            last_lines: vec![],
            created: DateTime::UNIX_EPOCH,
        };
        Overview { environments: vec![shop], tasks, may_operate: true }
    }

    #[test]
    fn a_beginning_and_an_end_are_announced_once() {
        let quiet = overview(EnvStatus::Running, vec![task(1, TaskState::Done, None)]);
        let begun =
            overview(EnvStatus::Stopping, vec![task(2, TaskState::Running, None), task(1, TaskState::Done, None)]);
        let ended = overview(EnvStatus::Stopped, vec![task(2, TaskState::Done, None), task(1, TaskState::Done, None)]);
        assert_eq!(changes(&quiet, &begun), Changes { begun: Some("Stopping shop…".into()), outcomes: vec![] });
        let done = vec![(ToastKind::Success, "Shop is stopped.".to_owned())];
        assert_eq!(changes(&begun, &ended), Changes { begun: None, outcomes: done.clone() });
        assert_eq!(changes(&quiet, &ended), Changes { begun: None, outcomes: done });
        assert_eq!(changes(&ended, &ended), Changes { begun: None, outcomes: vec![] });
    }

    #[test]
    fn a_failure_says_why() {
        let before = overview(EnvStatus::Stopping, vec![task(2, TaskState::Running, None)]);
        let after = overview(EnvStatus::Broken, vec![task(2, TaskState::Failed, Some("it would not end."))]);
        let failed = vec![(ToastKind::Error, "Stopping shop failed: it would not end.".to_owned())];
        assert_eq!(changes(&before, &after).outcomes, failed);
    }
}
