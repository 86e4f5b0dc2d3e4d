use keyrack_types::environments::EnvStatus;
use leptos::{ev::SubmitEvent, prelude::*};

use super::{action::Action, poll, state::Page};
use crate::components::icon::{Glyph, Icon};

/// The buttons of one environment. Each is a form of its own, so that it works without WASM too.
pub(super) fn actions(page: Page, name: String, status: Memo<EnvStatus>) -> impl IntoView {
    Action::ALL.map(|action| button(page, name.clone(), status, action)).into_iter().collect_view()
}

fn button(page: Page, name: String, status: Memo<EnvStatus>, action: Action) -> impl IntoView {
    let obstacle = Memo::new(move |_| action.obstacle(status.get(), page.overview.read().may_operate));
    let label = format!("{} {name}", action.label());
    let address = format!("/environments/{name}/{}", action.segment());
    let pressed = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let free = obstacle.read_untracked().is_none() && !page.busy.read_untracked().contains(&name);
        if free {
            pressed.set(true);
            poll::act(page, name.clone(), action, pressed);
        }
    };
    // Not `disabled`: that would take the focus away from the button that was just pressed, and hide the reason.
    view! {
        <form method="post" action=address on:submit=submit>
            <button
                type="submit"
                class="button quiet"
                aria-label=label
                aria-disabled=move || obstacle.read().is_some().then_some("true")
                title=obstacle
            >
                <Icon glyph=action.glyph() />
                <span>{action.label()}</span>
                <span class="pending" hidden=move || !pressed.get()>
                    <Icon glyph=Glyph::LoaderCircle class="spin" />
                </span>
            </button>
        </form>
    }
}
