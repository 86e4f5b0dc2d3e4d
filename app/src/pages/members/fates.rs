use keyrack_types::{dates::readable_day, members::TokenFate, tokens::TokenView};
use leptos::prelude::*;

use crate::components::drawn::drawn;

/// What is chosen for each token; nothing yet for those without.
pub(super) type Choice = (TokenView, RwSignal<Option<TokenFate>>);

const FATES: [(TokenFate, &str, &str); 3] = [
    (TokenFate::Transfer, "Transfer", "to you, with a new secret"),
    (TokenFate::KeepShared, "Keep as shared", "its secret goes on working"),
    (TokenFate::Revoke, "Revoke", "its secret stops working"),
];

/// The id of the first choice for a token.
pub(super) fn first_fate(token: i64) -> String {
    format!("fate-{token}-first")
}

/// What becomes of one token.
#[component]
pub(super) fn Fates(choice: Choice, missing: RwSignal<bool>) -> impl IntoView {
    let (token, fate) = choice;
    let group = format!("fate-{}", token.id);
    let unanswered = move || missing.get() && fate.get().is_none();
    let used = match token.last_used {
        Some(moment) => format!("last used {}", readable_day(moment.date_naive())),
        None => "never used".to_owned(),
    };
    let facts = format!("{} · {used}", token.api_set.name());
    drawn(view! {
        <fieldset class="fates" class:unanswered=unanswered role="radiogroup">
            <legend>
                {token.description} " " <span class="muted small">{facts}</span>
                {token.expired.then(|| view! { " " <span class="badge warning">"Expired"</span> })}
            </legend>
            {FATES
                .into_iter()
                .map(|(value, name, what)| {
                    let first = (value == FATES[0].0).then(|| first_fate(token.id));
                    view! {
                        <label class="checkbox">
                            <input
                                id=first
                                type="radio"
                                name=group.clone()
                                prop:checked=move || fate.get() == Some(value)
                                on:change=move |_| fate.set(Some(value))
                            />
                            <span>{name} " " <span class="muted small">{what}</span></span>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    })
}
