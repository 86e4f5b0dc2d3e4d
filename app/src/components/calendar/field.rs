//! The text field and its button.

use chrono::{Days, Months, NaiveDate};
use keyrack_types::dates::{parse_typed_day, typed_day};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::FocusEvent;

use super::popup::CalendarPopup;
use crate::components::browser;
use crate::components::client_only::client_only;
use crate::components::icon::{Glyph, Icon};

/// What is often meant: the button, and the day it stands for.
type Choice = (&'static str, fn(NaiveDate) -> Option<NaiveDate>);

const CHOICES: [Choice; 4] = [
    ("30 days", |today| today.checked_add_days(Days::new(30))),
    ("90 days", |today| today.checked_add_days(Days::new(90))),
    ("1 year", |today| today.checked_add_months(Months::new(12))),
    ("Never", |_| None),
];

/// A day as `dd-mm-yyyy`, typed or chosen. `error` is shown beneath the field and is tied to it; the hint is announced
/// when it changes.
#[component]
pub fn DateField(
    id: &'static str,
    label: &'static str,
    #[prop(into)] hint: Signal<String>,
    #[prop(into)] value: RwSignal<String>,
    today: NaiveDate,
    #[prop(into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let field = NodeRef::<html::Div>::new();
    let button = format!("{id}-calendar");
    let back = button.clone();
    let close = move || {
        open.set(false);
        browser::focus(&back);
    };
    let choose = {
        let close = close.clone();
        move |day| {
            value.set(typed_day(day));
            close();
        }
    };
    let choice = move |(label, day): Choice| {
        view! {
            <button
                type="button"
                class="button"
                on:click=move |_| value.set(day(today).map(typed_day).unwrap_or_default())
            >
                {label}
            </button>
        }
    };
    let typed = move || parse_typed_day(&value.read_untracked()).ok().flatten();
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    client_only(view! {
        <div
            node_ref=field
            class="field date-field"
            on:keydown=move |event| {
                // The innermost thing closes first; the dialog around hears nothing of it.
                if event.key() == "Escape" && open.get_untracked() {
                    event.prevent_default();
                    event.stop_propagation();
                    close();
                }
            }
            on:focusout=move |event| {
                if left(field, &event) {
                    open.set(false);
                }
            }
        >
            <label for=id>{label}</label>
            <div class="input-group">
                <input
                    id=id
                    class="input"
                    type="text"
                    autocomplete="off"
                    placeholder="dd-mm-yyyy"
                    aria-describedby=format!("{hint_id} {error_id}")
                    aria-invalid=move || error.read().is_some().then_some("true")
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                />
                <button
                    type="button"
                    id=button
                    class="icon-button"
                    aria-label="Choose a day"
                    aria-haspopup="dialog"
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <Icon glyph=Glyph::Calendar />
                </button>
            </div>
            {move || {
                let choose = choose.clone();
                open.get().then(|| view! { <CalendarPopup today typed=typed() on_choose=choose /> })
            }}
            <div class="date-choices" role="group" aria-label=format!("{label}, choices")>
                {CHOICES.map(choice).into_iter().collect_view()}
            </div>
            <p id=hint_id class="hint" aria-live="polite">
                {hint}
            </p>
            <p id=error_id class="error" role="alert">
                {move || error.get()}
            </p>
        </div>
    })
}

/// Whether the keyboard left the field and its calendar. Another window does not count.
fn left(field: NodeRef<html::Div>, event: &FocusEvent) -> bool {
    match event.related_target() {
        Some(to) => field.get_untracked().is_some_and(|field| !field.contains(to.dyn_ref())),
        None => document().has_focus().unwrap_or_default(),
    }
}
