use keyrack_types::{dates::readable_day, members::TokenDisposition, tokens::TokenView};
use leptos::prelude::*;

use crate::components::client_only::client_only;

/// A token and what is chosen for it, if anything yet.
pub(super) type Choice = (TokenView, RwSignal<Option<TokenDisposition>>);

const DISPOSITIONS: [(TokenDisposition, &str, &str); 3] = [
    (TokenDisposition::Transfer, "Transfer", "to you, with a new secret"),
    (TokenDisposition::KeepShared, "Keep as shared", "its secret goes on working"),
    (TokenDisposition::Revoke, "Revoke", "its secret stops working"),
];

/// The id of the first choice for a token.
pub(super) fn first_choice_id(token: i64) -> String {
    format!("disposition-{token}-first")
}

/// Radio buttons with the disposition of one token.
#[component]
pub(super) fn DispositionChoice(choice: Choice, missing: RwSignal<bool>) -> impl IntoView {
    let (token, disposition) = choice;
    let group = format!("disposition-{}", token.id);
    let unanswered = move || missing.get() && disposition.get().is_none();
    let used = match token.last_used {
        Some(moment) => format!("last used {}", readable_day(moment.date_naive())),
        None => "never used".to_owned(),
    };
    let facts = format!("{} · {used}", token.api_set.name());
    client_only(view! {
        <fieldset class="dispositions" class:unanswered=unanswered role="radiogroup">
            <legend>
                {token.description} " " <span class="muted small">{facts}</span>
                {token.expired.then(|| view! { " " <span class="badge warning">"Expired"</span> })}
            </legend>
            {DISPOSITIONS
                .into_iter()
                .map(|(value, name, what)| {
                    let first = (value == DISPOSITIONS[0].0).then(|| first_choice_id(token.id));
                    view! {
                        <label class="checkbox">
                            <input
                                id=first
                                type="radio"
                                name=group.clone()
                                prop:checked=move || disposition.get() == Some(value)
                                on:change=move |_| disposition.set(Some(value))
                            />
                            <span>{name} " " <span class="muted small">{what}</span></span>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    })
}
