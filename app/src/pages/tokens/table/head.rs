//! The headings, which sort.

use leptos::prelude::*;

use super::super::columns::Column;
use super::super::state::Page;
use crate::components::icon::{Glyph, Icon};

/// The row of headings.
#[component]
pub(super) fn Head(page: Page) -> impl IntoView {
    let columns = move || page.columns.read().iter().map(|column| heading(page, column)).collect_view();
    view! {
        <thead role="rowgroup">
            <tr role="row">
                {columns}
            </tr>
        </thead>
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
