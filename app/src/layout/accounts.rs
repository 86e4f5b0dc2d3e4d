//! Switching between accounts.

use keyrack_types::members::AccountChoice;
use leptos::prelude::*;

use crate::components::account_switch::{AccountSwitch, FORM};

/// A list of the person's accounts, for members of several.
#[component]
pub(super) fn Accounts(accounts: Vec<AccountChoice>) -> impl IntoView {
    (accounts.len() > 1).then(|| {
        view! {
            <form class="account-switch" id=FORM method="post" action="/fn/account/switch">
                <AccountSwitch accounts />
                <noscript>
                    <button type="submit" class="button">
                        "Switch"
                    </button>
                </noscript>
            </form>
        }
    })
}
