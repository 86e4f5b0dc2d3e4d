//! The list as a grid in which rows are selected.

mod cell;
mod head;
mod keys;
mod methods;
mod row;

use leptos::prelude::*;

use self::head::Head;
use self::row::TokenRow;
use super::state::Page;

/// The tokens, one row each.
#[component]
pub(super) fn TokenTable(page: Page) -> impl IntoView {
    view! {
        <table
            id="tokens-table"
            class="table tokens-table"
            role="grid"
            aria-multiselectable="true"
            aria-labelledby="tokens-heading"
        >
            <Head page />
            <tbody role="rowgroup" on:keydown=move |event| keys::pressed(page, &event)>
                <For
                    each=move || page.tokens.get()
                    key=|token| token.id
                    children=move |token| view! { <TokenRow page token /> }
                />
            </tbody>
        </table>
        {move || page.tokens.read().is_empty().then(nothing_found)}
    }
}

/// A link, so that it works without scripts.
fn nothing_found() -> impl IntoView {
    view! {
        <p class="tokens-none">"No token matches. "<a href="/settings/tokens">"Show all tokens"</a></p>
    }
}
