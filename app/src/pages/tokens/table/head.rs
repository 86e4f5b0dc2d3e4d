//! The headings, which sort.

use leptos::prelude::*;

use super::super::sorting::Column;
use super::super::state::Page;
use crate::components::icon::{Glyph, Icon};

/// The row of headings. Owner is there only when an account has several members.
#[component]
pub(super) fn Head(page: Page) -> impl IntoView {
    let several = Memo::new(move |_| page.list.read().several_members);
    let columns = move || {
        let shown = Column::ALL.into_iter().filter(|column| several.get() || *column != Column::Owner);
        shown.map(|column| heading(page, column)).collect_view()
    };
    view! {
        <thead role="rowgroup">
            <tr role="row">
                {columns}
            </tr>
        </thead>
    }
}

fn heading(page: Page, column: Column) -> impl IntoView {
    let sorted = move || page.sort.get().aria(column);
    let arrow = move || {
        let glyph = match sorted() {
            Some("descending") => Glyph::ArrowDown,
            _ => Glyph::ArrowUp,
        };
        sorted().map(|_| view! { <Icon glyph /> })
    };
    view! {
        <th role="columnheader" scope="col" aria-sort=sorted>
            <button type="button" class="table-sort" on:click=move |_| page.sort_by(column)>
                {column.title()}
                {arrow}
            </button>
        </th>
    }
}
