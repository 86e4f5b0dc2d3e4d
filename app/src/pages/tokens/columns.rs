//! The columns of the list, each declared once: heading, order, width, cell.

use std::cmp::Ordering;

use keyrack_types::tokens::{TokenList, TokenView};
use leptos::prelude::*;

use super::dates::{day, day_with, end};
use super::last_use::{calls, from_where};
use super::table::api_cell::ApiCell;

/// A column of the list.
pub struct Column {
    /// The heading, and the label of the cell where rows are cards.
    pub title: &'static str,
    /// What the address says: `?sort=-created`.
    pub key: &'static str,
    /// Classes of heading and cells: how they are set, and how wide (`style/table.css`).
    pub class: &'static str,
    /// Whether this list has the column.
    pub shown: fn(&TokenList) -> bool,
    pub order: Order,
    pub cell: fn(&TokenView, Row) -> AnyView,
}

/// What a column is sorted by.
pub enum Order {
    /// Text that people read: accents beside their base letters, in any case.
    Text(fn(&TokenView) -> &str),
    By(fn(&TokenView, &TokenView) -> Ordering),
}

/// What a cell needs to know of its row, besides the token.
#[derive(Clone, Copy)]
pub struct Row {
    pub several_members: bool,
    /// Whether Tab leads to this row.
    pub tab_stop: Memo<bool>,
}

/// All columns from left to right. The first heads the card of its row.
pub static COLUMNS: [Column; 6] = [
    Column {
        title: "Description",
        key: "description",
        class: "cell-description",
        shown: always,
        order: Order::Text(|token| &token.description),
        cell: description,
    },
    Column {
        title: "API",
        key: "api",
        class: "width-9",
        shown: always,
        order: Order::By(|a, b| {
            (a.api_set.name(), a.methods.len()).cmp(&(b.api_set.name(), b.methods.len()))
        }),
        cell: |token, row| {
            let TokenView { id, api_set: set, methods, .. } = token.clone();
            view! { <ApiCell id set methods tab_stop=row.tab_stop /> }.into_any()
        },
    },
    Column {
        title: "Expires",
        key: "expires",
        class: "figures width-7-to-11",
        shown: always,
        // "Never" is later than every day.
        order: Order::By(|a, b| (a.expires.is_none(), a.expires).cmp(&(b.expires.is_none(), b.expires))),
        cell: expires,
    },
    Column {
        title: "Last Used",
        key: "used",
        class: "figures width-7",
        shown: always,
        order: Order::By(|a, b| a.last_used.cmp(&b.last_used)),
        cell: last_used,
    },
    Column {
        title: "Created",
        key: "created",
        class: "figures width-7",
        shown: always,
        order: Order::By(|a, b| a.created.cmp(&b.created)),
        cell: |token, _| day(Some(token.created), "-").into_any(),
    },
    Column {
        title: "Owner",
        key: "owner",
        class: "width-10",
        shown: |list| list.several_members,
        order: Order::Text(|token| &token.owner),
        cell: |token, _| view! { <div class="cell-text" title=token.owner.clone()>{token.owner.clone()}</div> }.into_any(),
    },
];

/// The columns that a list has.
pub fn shown(list: &TokenList) -> Vec<&'static Column> {
    COLUMNS.iter().filter(|column| (column.shown)(list)).collect()
}

impl PartialEq for Column {
    fn eq(&self, other: &Column) -> bool {
        self.key == other.key
    }
}

impl Eq for Column {}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title)
    }
}

fn always(_: &TokenList) -> bool {
    true
}

fn description(token: &TokenView, row: Row) -> AnyView {
    let shared = (row.several_members && token.shared).then(|| view! { <span class="badge">"Shared"</span> });
    view! {
        <span class="cell-line">
            <span class="cell-text" title=token.description.clone()>
                {token.description.clone()}
            </span>
            {shared}
        </span>
    }
    .into_any()
}

fn expires(token: &TokenView, _: Row) -> AnyView {
    view! {
        {end(token.expires, "Never")}
        {token.expired.then(|| view! { " "<span class="badge warning">"Expired"</span> })}
    }
    .into_any()
}

fn last_used(token: &TokenView, _: Row) -> AnyView {
    let used = token.used.as_ref().map(|used| format!("{}\n{}", from_where(used), calls(used))).unwrap_or_default();
    day_with(token.last_used, "-", used.trim_end()).into_any()
}
