use leptos::prelude::*;

use super::super::state::Page;
use crate::components::{
    confirm::{ConfirmationRequest, PendingAction},
    icon::{Glyph, Icon},
};
use crate::serverfns::security::{ask_second_factor_always, new_recovery_codes};

/// Fewer codes than this show a warning.
const FEW: u32 = 4;

/// How many recovery codes are left, and the way to new ones.
#[component]
pub(super) fn Recovery(page: Page) -> impl IntoView {
    let left = move || page.security.read().factors.recovery_codes_left;
    view! {
        <div class="factor">
            <Icon glyph=Glyph::ListChecks />
            <div>
                <h3>"Recovery codes"</h3>
                <p class="muted small">
                    {move || format!("{} of 10 left. Each signs you in once without your device.", left())}
                    {move || (left() < FEW).then(|| view! { " " <span class="badge warning">"Make new ones soon"</span> })}
                </p>
            </div>
            <button type="button" class="button by-script" on:click=move |_| renew(page)>
                "New recovery codes"
            </button>
        </div>
    }
}

fn renew(page: Page) {
    let pending_action = PendingAction::new(move |input| async move {
        let change = new_recovery_codes(input).await?;
        Ok(change.map(|change| page.changed(change, "There are new recovery codes.")))
    });
    page.dialogs.confirm(ConfirmationRequest::new(
        ["Ten new recovery codes are made and shown once.", "The present ones stop working."],
        pending_action,
    ));
}

/// Whether one proof covers the changes of five minutes.
#[component]
pub(super) fn AskAlways(page: Page) -> impl IntoView {
    let always = move || page.security.read().factors.ask_always;
    view! {
        <label class="checkbox by-script">
            <input
                type="checkbox"
                checked=page.security.with_untracked(|security| security.factors.ask_always)
                prop:checked=always
                on:click=move |event| {
                    // It is ticked when the server says so, not before.
                    event.prevent_default();
                    set_always(page, !page.security.with_untracked(|security| security.factors.ask_always));
                }
            />
            "Ask for the second factor at every change"
        </label>
    }
}

fn set_always(page: Page, always: bool) {
    let pending_action = PendingAction::new(move |input| async move {
        let change = ask_second_factor_always(input, always).await?;
        Ok(change.map(|change| page.changed(change, "The setting is saved.")))
    });
    let line = if always {
        "The second factor is asked for at every change."
    } else {
        "One proof of the second factor covers the changes of five minutes."
    };
    page.dialogs.confirm(ConfirmationRequest::new([line], pending_action));
}
