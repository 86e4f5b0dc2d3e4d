//! The order of the list. It stands in the address (`?sort=-created`), so that a view can be linked and reloaded.

use std::cmp::{Ordering, Reverse};

use keyrack_types::order::{SortKey, sort_by_name};
use keyrack_types::tokens::TokenView;
use serde::{Deserialize, Serialize};

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Column {
    Description,
    Api,
    Expires,
    LastUsed,
    Created,
    Owner,
}

impl Column {
    /// All columns from left to right.
    pub const ALL: [Column; 6] =
        [Column::Description, Column::Api, Column::Expires, Column::LastUsed, Column::Created, Column::Owner];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Column::Description => "Description",
            Column::Api => "API",
            Column::Expires => "Expires",
            Column::LastUsed => "Last Used",
            Column::Created => "Created",
            Column::Owner => "Owner",
        }
    }

    /// Its word in the address.
    const fn word(self) -> &'static str {
        match self {
            Column::Description => "description",
            Column::Api => "api",
            Column::Expires => "expires",
            Column::LastUsed => "used",
            Column::Created => "created",
            Column::Owner => "owner",
        }
    }
}

/// A column and a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub column: Column,
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Sort {
        Sort { column: Column::Description, descending: false }
    }
}

impl Sort {
    /// Reads the address; anything else is the default.
    pub fn from_query(text: &str) -> Sort {
        let (descending, word) = text.strip_prefix('-').map_or((false, text), |word| (true, word));
        let column = Column::ALL.into_iter().find(|column| column.word() == word);
        column.map_or_else(Sort::default, |column| Sort { column, descending })
    }

    /// How the address says it.
    pub fn to_query(self) -> String {
        [if self.descending { "-" } else { "" }, self.column.word()].concat()
    }

    /// The order after a press on a heading: the other direction of the same column, or another column.
    #[must_use]
    pub fn pressed(self, column: Column) -> Sort {
        Sort { column, descending: column == self.column && !self.descending }
    }

    /// The value of `aria-sort` for a column.
    pub fn aria(self, column: Column) -> Option<&'static str> {
        (column == self.column).then_some(if self.descending { "descending" } else { "ascending" })
    }

    /// Puts the tokens in order. Equal ones stand by description and then by age, so the order never wavers.
    pub fn apply(self, tokens: &mut [TokenView]) {
        // First by description and age; what follows keeps the order of equal ones.
        tokens.sort_by_cached_key(|token| (SortKey::new(&token.description), token.id));
        match (self.column, self.descending) {
            (Column::Description, false) => {}
            // Equal ones stay in the order of their age.
            (Column::Description, true) => tokens.sort_by_cached_key(|token| Reverse(SortKey::new(&token.description))),
            (Column::Owner, false) => sort_by_name(tokens, |token| &token.owner),
            (Column::Owner, true) => tokens.sort_by_cached_key(|token| Reverse(SortKey::new(&token.owner))),
            (column, descending) => tokens.sort_by(|a, b| {
                let order = compare(column, a, b);
                if descending { order.reverse() } else { order }
            }),
        }
    }
}

/// The order in the columns that hold no names.
fn compare(column: Column, a: &TokenView, b: &TokenView) -> Ordering {
    match column {
        Column::Api => a.api_set.name().cmp(b.api_set.name()).then(a.methods.len().cmp(&b.methods.len())),
        // "Never" is later than every day.
        Column::Expires => (a.expires.is_none(), a.expires).cmp(&(b.expires.is_none(), b.expires)),
        Column::LastUsed => a.last_used.cmp(&b.last_used),
        Column::Created => a.created.cmp(&b.created),
        Column::Description | Column::Owner => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::tests::token;
    use super::*;
    use keyrack_types::dates::parse_wire_moment;

    fn order(sort: &str) -> Vec<i64> {
        let mut list = vec![token(1, "beta"), token(2, "Alpha"), token(3, "gamma")];
        list[0].expires = parse_wire_moment("2027-01-01");
        list[1].expires = parse_wire_moment("2026-12-01");
        list[2].last_used = parse_wire_moment("2026-11-01");
        Sort::from_query(sort).apply(&mut list);
        list.iter().map(|token| token.id).collect()
    }

    #[test]
    fn text_is_sorted_in_any_case_and_never_is_the_latest_day() {
        assert_eq!(order("description"), [2, 1, 3]);
        assert_eq!(order("-description"), [3, 1, 2]);
        assert_eq!(order("expires"), [2, 1, 3]);
        assert_eq!(order("-used"), [3, 2, 1]);
        assert_eq!(order("nonsense"), [2, 1, 3]);
    }

    #[test]
    fn pressing_a_heading_turns_its_direction() {
        let sort = Sort::default().pressed(Column::Description);
        assert_eq!((sort.to_query().as_str(), sort.aria(Column::Description)), ("-description", Some("descending")));
        assert_eq!(sort.pressed(Column::Created), Sort { column: Column::Created, descending: false });
        assert_eq!(Sort::from_query(&sort.to_query()), sort);
    }
}
