//! Description, day, API set and visibility.

use keyrack_types::dates::{days_ahead, is_end_of_day, parse_typed_day, readable_end};
use keyrack_types::methods::ApiSet;
use keyrack_types::refusal::Field;
use leptos::prelude::*;

use super::model::Editor;
use crate::components::calendar::{DateField, spoken};
use crate::components::client_only::client_only;

/// The fields above the tree.
#[component]
pub(super) fn Fields(editor: Editor) -> impl IntoView {
    let today = editor.page.list.read_untracked().today;
    let several = editor.page.list.read_untracked().several_members;
    // However it was changed: typed, chosen in the calendar, by a button.
    Effect::watch(move || editor.expires.get(), move |_, _, _| editor.clear_error(Field::Expires), false);
    let error = move || editor.problem(Field::Description);
    let expires_error = Signal::derive(move || editor.problem(Field::Expires));
    client_only(view! {
        <div class="field token-description">
            <label for="token-description">"Description"</label>
            <input
                id="token-description"
                class="input"
                type="text"
                autocomplete="off"
                autofocus
                aria-describedby="token-description-error"
                aria-invalid=move || error().is_some().then_some("true")
                prop:value=move || editor.description()
                on:input=move |event| editor.describe(event_target_value(&event))
            />
            <p id="token-description-error" class="error" role="alert">
                {error}
            </p>
        </div>
        <DateField
            id="token-expires"
            label="Expires At"
            hint=Signal::derive(move || expires_hint(editor))
            value=editor.expires
            today
            error=expires_error
        />
        <ApiField editor />
        {several.then(|| view! { <Shared editor /> })}
    })
}

const EXPIRES_HINT: &str = "To the end of that day, UTC. Empty: never.";

/// What was typed, in words. A day that is left alone keeps the time that the token ends at.
fn expires_hint(editor: Editor) -> String {
    let Ok(typed) = parse_typed_day(&editor.expires.read()) else {
        return EXPIRES_HINT.into();
    };
    let Some(day) = typed else { return EXPIRES_HINT.into() };
    let end = editor.purpose.read().base().and_then(|token| token.expires);
    if let Some(end) = end.filter(|end| !is_end_of_day(*end) && end.date_naive() == day) {
        return format!("It ends at {} (UTC). Another day: to its end.", readable_end(end));
    }
    let ahead = days_ahead(day, editor.page.list.read().today);
    let comma = if ahead.is_empty() { "" } else { ", " };
    format!("To the end of {}{comma}{ahead} (UTC).", spoken(day))
}

#[component]
fn ApiField(editor: Editor) -> impl IntoView {
    let option = move |set: ApiSet| {
        view! {
            <option value=set.name() prop:selected=move || editor.set.get() == set>
                {set.name()}
            </option>
        }
    };
    let hint = move || match editor.set.get() {
        ApiSet::ExtendedAccess => {
            "Opens every method and this dashboard as you, except passwords, second factors and tokens."
        }
        ApiSet::Custom => "Exactly the methods that you tick.",
        _ => "What these clients need. Changing a tick makes it Custom.",
    };
    view! {
        <div class="field">
            <label for="token-api">"API"</label>
            <select
                id="token-api"
                class="select"
                aria-describedby="token-api-hint"
                on:change=move |event| {
                    if let Some(set) = ApiSet::by_name(&event_target_value(&event)) {
                        editor.choose(set);
                    }
                }
            >
                {ApiSet::ALL.map(option).into_iter().collect_view()}
            </select>
            <p id="token-api-hint" class="hint">
                {hint}
            </p>
        </div>
    }
}

#[component]
fn Shared(editor: Editor) -> impl IntoView {
    view! {
        <label class="checkbox token-shared">
            <input
                type="checkbox"
                prop:checked=editor.shared
                on:change=move |event| editor.shared.set(event_target_checked(&event))
            />
            "Shared with the account"
        </label>
    }
}
