//! One row of the list.

use keyrack_types::tokens::TokenView;
use leptos::prelude::*;

use super::super::dates::{day, day_with, end};
use super::super::last_use::{calls, from_where};
use super::super::state::Page;
use super::super::state::row_id;
use super::api_cell::ApiCell;
use super::keys::clicked;

/// A token. The row stays while its cells are drawn anew with every change, so it keeps the keyboard.
#[component]
pub(super) fn TokenRow(page: Page, token: TokenView) -> impl IntoView {
    let id = token.id;
    let now = Memo::new(move |_| {
        let list = page.list.read();
        list.tokens.iter().find(|token| token.id == id).cloned().unwrap_or_else(|| token.clone())
    });
    let selected = Memo::new(move |_| page.selection.read().contains(id));
    let stop = Memo::new(move |_| {
        let order: Vec<i64> = page.tokens.read().iter().map(|token| token.id).collect();
        page.selection.read().tab_stop(&order) == Some(id)
    });
    view! {
        <tr
            id=row_id(id)
            role="row"
            class:expired=move || now.read().expired
            aria-selected=move || selected.get().to_string()
            tabindex=move || if stop.get() { "0" } else { "-1" }
            on:click=move |event| clicked(page, id, &event)
            on:dblclick=move |_| page.edit_selected()
            on:mousedown=move |event| {
                if event.shift_key() {
                    // Extending a selection of rows is not selecting text.
                    event.prevent_default();
                }
            }
            on:focus=move |_| page.selection.update(|selection| selection.focus(id))
        >
            {move || cells(now.get(), stop, page.list.read().several_members)}
        </tr>
    }
}

fn cells(token: TokenView, stop: Memo<bool>, several_members: bool) -> impl IntoView {
    let shared = (several_members && token.shared).then(|| view! { <span class="badge">"Shared"</span> });
    let owner = several_members.then(|| {
        view! {
            <td role="gridcell" class="cell-owner" data-label="Owner">
                <span class="cell-text" title=token.owner.clone()>
                    {token.owner.clone()}
                </span>
            </td>
        }
    });
    let used = token.used.as_ref().map(|used| format!("{}\n{}", from_where(used), calls(used))).unwrap_or_default();
    let used = used.trim_end();
    view! {
        <td role="gridcell" class="cell-description">
            <span class="cell-line">
                <span class="cell-text" title=token.description.clone()>
                    {token.description.clone()}
                </span>
                {shared}
            </span>
        </td>
        <td role="gridcell" class="cell-api" data-label="API">
            <ApiCell id=token.id set=token.api_set methods=token.methods.clone() stop />
        </td>
        <td role="gridcell" class="figures" data-label="Expires">
            {end(token.expires, "Never")}
            {token.expired.then(|| view! { " "<span class="badge warning">"Expired"</span> })}
        </td>
        <td role="gridcell" class="figures" data-label="Last Used">
            {day_with(token.last_used, "-", used)}
        </td>
        <td role="gridcell" class="figures" data-label="Created">
            {day(Some(token.created), "-")}
        </td>
        {owner}
    }
}
