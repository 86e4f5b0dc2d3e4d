//! Keeps the board up to date, and carries its actions to the server.

use leptos::prelude::*;

use super::{action::Action, state::State};

/// While something changes, the board looks this often.
#[cfg(feature = "hydrate")]
const QUICK_MS: u64 = 700;
/// Otherwise every so many of these times, about every four seconds.
#[cfg(feature = "hydrate")]
const CALM: u32 = 6;

/// Looks at the server from time to time, as long as the page is visible. Nothing on the server.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
pub(super) fn keep_fresh(state: State) {
    #[cfg(feature = "hydrate")]
    browser::keep_fresh(state);
}

/// Asks for an action; `pressed` is unset when the answer is there.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
pub(super) fn act(state: State, name: String, action: Action, pressed: RwSignal<bool>) {
    #[cfg(feature = "hydrate")]
    browser::act(state, name, action, pressed);
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
        /// Counts what was put on the board: an answer to a question asked before that is old.
        static EPOCH: Cell<u32> = const { Cell::new(0) };
        static ASKING: Cell<bool> = const { Cell::new(false) };
        /// Ticks since the last answer.
        static WAITED: Cell<u32> = const { Cell::new(0) };
    }

    pub fn keep_fresh(state: State) {
        // The page's own life is the interval's: the board is never taken down.
        let _ = set_interval_with_handle(move || tick(state), Duration::from_millis(QUICK_MS));
    }

    fn tick(state: State) {
        WAITED.set(WAITED.get() + 1);
        let due = WAITED.get() >= CALM
            || (in_motion(&state.overview.read_untracked()) && !state.out_of_reach.get_untracked());
        if due && !ASKING.get() && !document().hidden() {
            ASKING.set(true);
            spawn_local(async move {
                let epoch = EPOCH.get();
                let answer = read_overview().await;
                ASKING.set(false);
                WAITED.set(0);
                if epoch == EPOCH.get() {
                    receive(state, answer);
                }
            });
        }
    }

    pub fn act(state: State, name: String, action: Action, pressed: RwSignal<bool>) {
        state.busy.update(|busy| {
            busy.insert(name.clone());
        });
        spawn_local(async move {
            let answer = act_on_environment(name.clone(), action).await;
            state.busy.update(|busy| {
                busy.remove(&name);
            });
            pressed.set(false);
            if answer.is_err() {
                toast::show(
                    ToastKind::Error,
                    format!("Keyrack does not answer: {} {name} was not carried out.", action.label()),
                );
            }
            receive(state, answer);
        });
    }

    fn receive(state: State, answer: Result<Answer<Overview>, ServerFnError>) {
        let reached = answer.is_ok();
        if state.out_of_reach.get_untracked() == reached {
            state.out_of_reach.set(!reached);
        }
        match answer {
            Ok(Ok(overview)) => put(state, overview),
            Ok(Err(Refusal::SignedOut)) => {
                let _ = window().location().assign(&paths::signin("/", true));
            }
            Ok(Err(refusal)) => toast::show(ToastKind::Error, refusal.message()),
            Err(_) => {}
        }
    }

    fn put(state: State, overview: Overview) {
        EPOCH.set(EPOCH.get() + 1);
        if *state.overview.read_untracked() == overview {
            return;
        }
        let changes = changes(&state.overview.read_untracked(), &overview);
        state.overview.set(overview);
        if let Some(begun) = changes.begun {
            state.begun.set(begun);
        }
        for (kind, text) in changes.outcomes {
            toast::show(kind, text);
        }
    }

    fn in_motion(overview: &Overview) -> bool {
        overview.environments.iter().any(|env| env.status.is_changing())
            || overview.tasks.iter().any(|task| task.state == TaskState::Running)
    }
}
