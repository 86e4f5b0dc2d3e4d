use keyrack_types::second_factor::ConfirmInput;
use leptos::prelude::*;

use super::super::state::{Dialog, Page};
use crate::components::{
    confirm::{ConfirmationRequest, PendingAction},
    icon::{Glyph, Icon},
};
use crate::serverfns::security::{begin_authenticator, disable_authenticator};

/// One-time codes: on or off.
#[component]
pub(super) fn Authenticator(page: Page) -> impl IntoView {
    let on = Memo::new(move |_| page.security.read().factors.totp);
    view! {
        <div class="factor">
            <Icon glyph=Glyph::Clock />
            <div>
                <h3>"Authenticator"</h3>
                <p class="muted small">"Six digits that change every 30 seconds, from an app on your phone."</p>
            </div>
            <button
                type="button"
                class="button by-script"
                aria-label=move || on.get().then_some("Switch off authenticator")
                on:click=move |_| if on.get_untracked() { switch_off(page) } else { set_up(page) }
            >
                {move || if on.get() { "Switch off" } else { "Set up authenticator" }}
            </button>
        </div>
    }
}

fn set_up(page: Page) {
    let pending_action = PendingAction::new(move |input: ConfirmInput| async move {
        let password = input.password.clone();
        let begun = begin_authenticator(input).await?;
        Ok(begun.map(|setup| {
            page.dialogs.open(Dialog::SetUp { setup, password });
        }))
    });
    page.dialogs.confirm(ConfirmationRequest::new(
        ["A secret for your authenticator is shown next.", "Nothing changes until you enter its first code."],
        pending_action,
    ));
}

fn switch_off(page: Page) {
    let pending_action = PendingAction::new(move |input| async move {
        let change = disable_authenticator(input).await?;
        Ok(change.map(|change| page.changed(change, "The authenticator is switched off.")))
    });
    let last = page.security.with_untracked(|security| security.factors.passkeys.is_empty());
    let mut lines = vec!["The authenticator is switched off; its codes no longer work."];
    if last {
        lines.push("No second factor is left: the password alone signs in. The recovery codes are removed too.");
    }
    page.dialogs.confirm(ConfirmationRequest::new(lines, pending_action).danger("Switch off"));
}
