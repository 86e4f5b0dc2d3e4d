use leptos::prelude::*;

use super::secret_values::SecretValues;
use crate::components::{
    browser,
    client_only::{ClientOnly, client_only},
};

/// The field of a single value.
pub(super) const FIELD: &str = "save-once-value";

/// The values: one in a field, named ones beneath their names, others in columns.
#[component]
pub(super) fn Values(values: SecretValues) -> impl IntoView {
    match values {
        SecretValues::One { label, value } => field(label, value),
        SecretValues::Named(values) => client_only(view! {
            <dl class="once-values named">
                {values
                    .into_iter()
                    .map(|(name, value)| {
                        view! {
                            <div>
                                <dt class="small muted">{name}</dt>
                                <dd>
                                    <code>{value}</code>
                                </dd>
                            </div>
                        }
                    })
                    .collect_view()}
            </dl>
        }),
        SecretValues::Many(values) => client_only(view! {
            <ul role="list" class="once-values">
                {values.into_iter().map(|value| view! { <li><code>{value}</code></li> }).collect_view()}
            </ul>
        }),
    }
}

/// Selected as soon as it is there, so that it can be copied at once.
fn field(label: &'static str, value: String) -> ClientOnly {
    Effect::new(move |_| {
        browser::focus(FIELD);
        browser::select_text(FIELD);
    });
    client_only(view! {
        <div class="field">
            <label for=FIELD>{label}</label>
            <input
                id=FIELD
                class="input mono secret"
                type="text"
                readonly
                autofocus
                autocomplete="off"
                spellcheck="false"
                prop:value=value
                on:focus=move |_| browser::select_text(FIELD)
            />
        </div>
    })
}
