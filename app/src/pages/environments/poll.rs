//! Keeps the list up to date, and sends its actions to the server.

use leptos::prelude::*;

use super::{action::Action, state::Page};

/// Interval of requests while an environment or a task changes.
#[cfg(feature = "hydrate")]
const QUICK_MS: u64 = 700;
/// Otherwise every such number of intervals, about four seconds.
#[cfg(feature = "hydrate")]
const CALM: u32 = 6;

/// Asks the server for the list as long as the page is visible. Does nothing on the server.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
pub(super) fn keep_fresh(page: Page) {
    #[cfg(feature = "hydrate")]
    browser::keep_fresh(page);
}

/// Requests an action; `pressed` is reset when the answer is there.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
pub(super) fn act(page: Page, name: String, action: Action, pressed: RwSignal<bool>) {
    #[cfg(feature = "hydrate")]
    browser::act(page, name, action, pressed);
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{cell::Cell, time::Duration};

    use keyrack_types::{
        environments::{Overview, TaskState},
        refusal::{Answer, Refusal},
    };
    use leptos::task::spawn_local;

    use super::{super::changes::changes, *};
    use crate::{
        components::toast::{self, ToastKind},
        paths,
        serverfns::environments::{act_on_environment, read_overview},
    };

    thread_local! {
        /// Counts the answers that were applied: an answer to a request from before that is old.
        static EPOCH: Cell<u32> = const { Cell::new(0) };
        static REQUESTING: Cell<bool> = const { Cell::new(false) };
        /// Ticks since the last answer.
        static WAITED: Cell<u32> = const { Cell::new(0) };
    }

    pub fn keep_fresh(page: Page) {
        // The interval lives as long as the page: the island is never removed.
        let _ = set_interval_with_handle(move || tick(page), Duration::from_millis(QUICK_MS));
    }

    fn tick(page: Page) {
        WAITED.set(WAITED.get() + 1);
        let due =
            WAITED.get() >= CALM || (is_changing(&page.overview.read_untracked()) && !page.unreachable.get_untracked());
        if due && !REQUESTING.get() && !document().hidden() {
            REQUESTING.set(true);
            spawn_local(async move {
                let epoch = EPOCH.get();
                let answer = read_overview().await;
                REQUESTING.set(false);
                WAITED.set(0);
                if epoch == EPOCH.get() {
                    receive(page, answer);
                }
            });
        }
    }

    pub fn act(page: Page, name: String, action: Action, pressed: RwSignal<bool>) {
        page.busy.update(|busy| {
            busy.insert(name.clone());
        });
        spawn_local(async move {
            let answer = act_on_environment(name.clone(), action).await;
            page.busy.update(|busy| {
                busy.remove(&name);
            });
            pressed.set(false);
            if answer.is_err() {
                toast::show(
                    ToastKind::Error,
                    format!("Keyrack does not answer: {} {name} was not carried out.", action.label()),
                );
            }
            receive(page, answer);
        });
    }

    fn receive(page: Page, answer: Result<Answer<Overview>, ServerFnError>) {
        let reached = answer.is_ok();
        if page.unreachable.get_untracked() == reached {
            page.unreachable.set(!reached);
        }
        match answer {
            Ok(Ok(overview)) => apply(page, overview),
            Ok(Err(Refusal::SignedOut)) => {
                let _ = window().location().assign(&paths::signin("/", true));
            }
            Ok(Err(refusal)) => toast::show(ToastKind::Error, refusal.message()),
            Err(_) => {}
        }
    }

    fn apply(page: Page, overview: Overview) {
        EPOCH.set(EPOCH.get() + 1);
        if *page.overview.read_untracked() == overview {
            return;
        }
        let changes = changes(&page.overview.read_untracked(), &overview);
        page.overview.set(overview);
        if let Some(begun) = changes.begun {
            page.announcement.set(begun);
        }
        for (kind, text) in changes.outcomes {
            toast::show(kind, text);
        }
    }

    fn is_changing(overview: &Overview) -> bool {
        overview.environments.iter().any(|env| env.status.is_changing())
            || overview.tasks.iter().any(|task| task.state == TaskState::Running)
    }
}
