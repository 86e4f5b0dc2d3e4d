//! The choice of the account, for people who are members of several.

use keyrack_domain::types::members::AccountChoice;
use leptos::prelude::*;

use super::browser;

/// The form that [`AccountSwitch`] stands in.
pub const FORM: &str = "account-switch";

/// A list of accounts that sends its form when another one is chosen. Without WASM the form has a button.
#[island]
pub fn AccountSwitch(accounts: Vec<AccountChoice>) -> impl IntoView {
    view! {
        <select class="select" name="account" aria-label="Account" on:change=move |_| browser::send_form(FORM)>
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
    }
}
