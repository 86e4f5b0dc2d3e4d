//! The choice of the account, for people who are members of several.

use keyrack_types::members::AccountChoice;
use leptos::{ev, html, prelude::*};

use super::browser;

/// The form around [`AccountSwitch`].
pub const FORM: &str = "account-switch";

/// A list of accounts that sends its form when another one is chosen. Without WASM the form has a button. So it has for
/// the keyboard, whose arrow keys pass over choices that are not meant (WCAG 3.2.2).
#[island]
pub fn AccountSwitch(accounts: Vec<AccountChoice>) -> impl IntoView {
    let current = accounts.iter().find(|account| account.current).map(|account| account.id.to_string());
    let select = NodeRef::<html::Select>::new();
    let by_keyboard = RwSignal::new(false);
    let to_confirm = RwSignal::new(false);
    let chosen = move |_| if by_keyboard.get() { to_confirm.set(true) } else { browser::send_form(FORM) };
    let pressed = move |event: ev::KeyboardEvent| {
        by_keyboard.set(true);
        if event.key() == "Enter" && to_confirm.get() {
            browser::send_form(FORM);
        }
    };
    // What was chosen before the page woke up counts too.
    Effect::new(move || {
        if select.get().is_some_and(|select| current.as_ref().is_some_and(|current| select.value() != *current)) {
            browser::send_form(FORM);
        }
    });
    // Without `autocomplete` a browser would bring back, at a reload, a choice that was not sent.
    view! {
        <select
            class="select"
            name="account"
            aria-label="Account"
            autocomplete="off"
            node_ref=select
            on:pointerdown=move |_| by_keyboard.set(false)
            on:keydown=pressed
            on:change=chosen
        >
            {accounts
                .into_iter()
                .map(|account| {
                    view! {
                        <option value=account.id selected=account.current>
                            {account.name}
                        </option>
                    }
                })
                .collect_view()}
        </select>
        <button type="submit" class="button" hidden=move || !to_confirm.get()>
            "Switch"
        </button>
    }
}
