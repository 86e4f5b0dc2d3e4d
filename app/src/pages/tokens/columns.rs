//! The columns of the list, each declared once: heading, order, width, cell.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use keyrack_types::dates::{days_ahead, readable_day, readable_end};
use keyrack_types::methods::ApiSet;
use keyrack_types::tokens::{TokenList, TokenView};

use super::last_use::{calls, from_where};

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
    /// Of a token in a list.
    pub cell: fn(&TokenView, &TokenList) -> Cell,
}

/// What a column is sorted by.
pub enum Order {
    /// Text that people read: accents beside their base letters, in any case.
    Text(fn(&TokenView) -> &str),
    By(fn(&TokenView, &TokenView) -> Ordering),
}

/// What a cell shows.
pub enum Cell {
    /// One line, cut where there is no room for it.
    Text { text: String, badge: Option<&'static str> },
    Moment {
        /// `None` shows `absent`.
        moment: Option<DateTime<Utc>>,
        absent: &'static str,
        short: fn(DateTime<Utc>) -> String,
        /// Follows the full moment in the title.
        more: String,
        /// How far it is ahead of today; empty when that says nothing.
        ahead: String,
        /// A warning.
        badge: Option<&'static str>,
    },
    /// The name of the set; of a custom one also the methods.
    Methods { token: i64, description: String, set: ApiSet, methods: Vec<String> },
}

/// All columns from left to right, after the one of the checkboxes. The first heads the card of its row.
pub static COLUMNS: [Column; 6] = [
    Column {
        title: "Description",
        key: "description",
        class: "cell-description",
        shown: always,
        order: Order::Text(|token| &token.description),
        cell: |token, list| Cell::Text {
            text: token.description.clone(),
            badge: (list.several_members && token.shared).then_some("Shared"),
        },
    },
    Column {
        title: "API",
        key: "api",
        class: "width-9-to-13",
        shown: always,
        order: Order::By(|a, b| (a.api_set.name(), a.methods.len()).cmp(&(b.api_set.name(), b.methods.len()))),
        cell: |token, _| Cell::Methods {
            token: token.id,
            description: token.description.clone(),
            set: token.api_set,
            methods: token.methods.clone(),
        },
    },
    Column {
        title: "Expires",
        key: "expires",
        class: "figures width-7-to-12",
        shown: always,
        // "Never" is later than every day.
        order: Order::By(|a, b| (a.expires.is_none(), a.expires).cmp(&(b.expires.is_none(), b.expires))),
        cell: |token, list| Cell::Moment {
            moment: token.expires,
            absent: "Never",
            short: readable_end,
            more: String::new(),
            ahead: match token.expires.filter(|_| !token.expired) {
                Some(moment) => days_ahead(moment.date_naive(), list.today),
                None => String::new(),
            },
            badge: token.expired.then_some("Expired"),
        },
    },
    Column {
        title: "Last Used",
        key: "used",
        class: "figures width-7",
        shown: always,
        order: Order::By(|a, b| a.last_used.cmp(&b.last_used)),
        cell: |token, _| day(token.last_used, last_use(token)),
    },
    Column {
        title: "Created",
        key: "created",
        class: "figures width-7",
        shown: always,
        order: Order::By(|a, b| a.created.cmp(&b.created)),
        cell: |token, _| day(Some(token.created), String::new()),
    },
    Column {
        title: "Owner",
        key: "owner",
        class: "width-7-to-10",
        shown: |list| list.several_members,
        order: Order::Text(|token| &token.owner),
        cell: |token, _| Cell::Text { text: token.owner.clone(), badge: None },
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

fn day(moment: Option<DateTime<Utc>>, more: String) -> Cell {
    Cell::Moment {
        moment,
        absent: "-",
        short: |moment| readable_day(moment.date_naive()),
        more,
        ahead: String::new(),
        badge: None,
    }
}

/// From where the token was last used, and for what.
fn last_use(token: &TokenView) -> String {
    let text = token.used.as_ref().map(|used| format!("{}\n{}", from_where(used), calls(used))).unwrap_or_default();
    text.trim_end().to_owned()
}
