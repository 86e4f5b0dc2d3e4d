//! One row of the list.

use keyrack_types::tokens::{TokenList, TokenView};
use leptos::prelude::*;

use super::super::columns::Column;
use super::super::state::{Page, row_id};
use super::cell;
use super::keys::{checked, clicked, opened};
use crate::components::redrawn::Redrawn;

/// A token. The row stays, and keeps the keyboard, while its cells are drawn anew after a change.
#[component]
pub(super) fn TokenRow(page: Page, token: TokenView) -> impl IntoView {
    let id = token.id;
    let now = Memo::new(move |_| {
        let list = page.list.read();
        list.tokens.iter().find(|token| token.id == id).cloned().unwrap_or_else(|| token.clone())
    });
    let selected = Memo::new(move |_| page.selection.read().contains(id));
    let tab_stop = Memo::new(move |_| {
        let order: Vec<i64> = page.tokens.read().iter().map(|token| token.id).collect();
        page.selection.read().tab_stop(&order) == Some(id)
    });
    view! {
        <tr
            id=row_id(id)
            role="row"
            class:expired=move || now.read().expired
            aria-selected=move || selected.get().to_string()
            tabindex=move || if tab_stop.get() { "0" } else { "-1" }
            on:click=move |event| clicked(page, id, &event)
            on:dblclick=move |event| opened(page, &event)
            on:mousedown=move |event| {
                if event.shift_key() {
                    // Extending a selection of rows is not selecting text.
                    event.prevent_default();
                }
            }
            on:focusin=move |_| page.selection.update(|selection| selection.focus(id))
        >
            <td role="gridcell" class="cell-select by-script">
                <label>
                    <input
                        type="checkbox"
                        aria-label=move || format!("Select {}", now.read().description)
                        tabindex=move || if tab_stop.get() { "0" } else { "-1" }
                        prop:checked=selected
                        on:click=move |event| checked(page, id, &event)
                    />
                </label>
            </td>
            {move || Redrawn(cells(&now.read(), &page.list.read(), &page.columns.read(), tab_stop))}
        </tr>
    }
}

/// The first cell heads the card and has no label there.
fn cells(
    token: &TokenView,
    list: &TokenList,
    columns: &[&'static Column],
    tab_stop: Memo<bool>,
) -> impl IntoView + use<> {
    let td = |(at, column): (usize, &&'static Column)| {
        view! {
            <td role="gridcell" class=column.class data-label=(at > 0).then_some(column.title)>
                {cell::draw((column.cell)(token, list), tab_stop)}
            </td>
        }
    };
    columns.iter().enumerate().map(td).collect_view()
}
