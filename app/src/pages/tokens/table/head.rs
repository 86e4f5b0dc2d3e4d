//! The headings: the first selects, the others sort.

use leptos::prelude::*;

use super::super::columns::Column;
use super::super::state::Page;
use crate::components::icon::{Glyph, Icon};
use crate::components::redrawn::Redrawn;

/// The row of headings.
#[component]
pub(super) fn Head(page: Page) -> impl IntoView {
    let columns = move || Redrawn(page.columns.read().iter().map(|column| heading(page, column)).collect_view());
    view! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader" scope="col" class="cell-select by-script">
                    <SelectAll page />
                </th>
                {columns}
            </tr>
        </thead>
    }
}

/// Selects every token that the table shows, or none.
#[component]
fn SelectAll(page: Page) -> impl IntoView {
    let shown = move || page.tokens.read().len();
    let selected = move || page.selection.read().len();
    let all = move || selected() != 0 && selected() == shown();
    let some = move || (1..shown()).contains(&selected());
    view! {
        <label>
            <input
                type="checkbox"
                aria-label="Select all"
                prop:checked=all
                prop:indeterminate=some
                on:change=move |event| {
                    let order = if event_target_checked(&event) { page.order() } else { Vec::new() };
                    page.selection.update(|selection| selection.all(&order));
                }
            />
        </label>
    }
}

fn heading(page: Page, column: &'static Column) -> impl IntoView {
    let sorted = move || page.sort.get().aria(column);
    let arrow = move || {
        let glyph = match sorted() {
            Some("descending") => Glyph::ArrowDown,
            _ => Glyph::ArrowUp,
        };
        sorted().map(|_| view! { <Icon glyph /> })
    };
    view! {
        <th role="columnheader" scope="col" class=column.class aria-sort=sorted>
            <button type="button" class="table-sort" on:click=move |_| page.sort_by(column)>
                {column.title}
                {arrow}
            </button>
        </th>
    }
}
