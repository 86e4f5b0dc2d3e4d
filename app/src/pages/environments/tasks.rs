use keyrack_types::{
    dates::readable_moment,
    environments::{TaskState, TaskView},
};
use leptos::prelude::*;

use super::state::Page;
use crate::{
    components::icon::{Glyph, Icon},
    format::{duration, time_of_day},
};

/// The latest operations and their outcomes. On narrow screens a bar at the bottom that opens; on wide screens the
/// list is always there (see `style/environments.css`).
#[component]
pub(super) fn Tasks(page: Page) -> impl IntoView {
    let tasks = Memo::new(move |_| page.overview.read().tasks.clone());
    let running = move || tasks.read().iter().filter(|task| task.state == TaskState::Running).count();
    let summary = move || match (running(), tasks.read().first().map(|task| task.state)) {
        (0, Some(TaskState::Failed)) => "last one failed".to_owned(),
        (0, _) => String::new(),
        (number, _) => format!("{number} running"),
    };
    view! {
        <aside class="tasks panel" aria-label="Tasks">
            <h2 class="tasks-title">"Tasks"</h2>
            <details>
                <summary>
                    <span class="label">"Tasks"</span>
                    <span class="muted small">{summary}</span>
                </summary>
                <ol role="list">{move || tasks.read().iter().map(item).collect_view()}</ol>
                <p class="tasks-none muted small" hidden=move || !tasks.read().is_empty()>
                    "Nothing yet. What you start or stop shows here."
                </p>
            </details>
        </aside>
    }
}

fn item(task: &TaskView) -> impl IntoView + use<> {
    let (class, icon, spin, word) = match task.state {
        TaskState::Running => ("task running", Glyph::LoaderCircle, "spin", "running"),
        TaskState::Done => ("task done", Glyph::CircleCheck, "", "done"),
        TaskState::Failed => ("task failed", Glyph::CircleAlert, "", "failed"),
    };
    let took = task.finished.map(|finished| format!(", {}", duration(task.started, finished)));
    view! {
        <li class=class>
            <Icon glyph=icon class=spin />
            <div>
                <p>{task.title.clone()} " " <span class="task-state">{word}</span></p>
                <p class="muted small figures" title=format!("{} UTC", readable_moment(task.started))>
                    {time_of_day(task.started)} " UTC" {took}
                </p>
                {task.error.clone().map(|error| view! { <p class="task-error small">{error}</p> })}
            </div>
        </li>
    }
}
