//! The order of the list. It is in the address (`?sort=-created`), so that a view can be linked and reloaded.

use keyrack_types::order::{SortKey, arrange, places};
use keyrack_types::tokens::TokenView;
use serde::{Deserialize, Serialize};

use super::columns::{COLUMNS, Column, Order};

/// A column and a direction. It travels as the address says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Sort {
    pub column: &'static Column,
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Sort {
        Sort { column: &COLUMNS[0], descending: false }
    }
}

impl From<String> for Sort {
    fn from(text: String) -> Sort {
        Sort::from_query(&text)
    }
}

impl From<Sort> for String {
    fn from(sort: Sort) -> String {
        sort.to_query()
    }
}

impl Sort {
    /// Reads the address; anything else is the default.
    pub fn from_query(text: &str) -> Sort {
        let (descending, key) = text.strip_prefix('-').map_or((false, text), |key| (true, key));
        let column = COLUMNS.iter().find(|column| column.key == key);
        column.map_or_else(Sort::default, |column| Sort { column, descending })
    }

    /// How the address says it.
    pub fn to_query(self) -> String {
        [if self.descending { "-" } else { "" }, self.column.key].concat()
    }

    /// The order after a press on a heading: the other direction of the same column, or another column.
    #[must_use]
    pub fn pressed(self, column: &'static Column) -> Sort {
        Sort { column, descending: *column == *self.column && !self.descending }
    }

    /// The value of `aria-sort` for a column.
    pub fn aria(self, column: &Column) -> Option<&'static str> {
        (*column == *self.column).then_some(if self.descending { "descending" } else { "ascending" })
    }

    /// Puts the tokens in order. Equal ones are ordered by description and then by age, in both directions.
    pub fn apply(self, tokens: &mut Vec<TokenView>) {
        let keys =
            |text: fn(&TokenView) -> &str| tokens.iter().map(|token| SortKey::new(text(token))).collect::<Vec<_>>();
        let descriptions = keys(|token| &token.description);
        let texts = match self.column.order {
            Order::Text(text) => keys(text),
            Order::By(_) => Vec::new(),
        };
        let order = places(tokens.len(), &|a, b| {
            let order = match self.column.order {
                Order::Text(_) => texts[a].cmp(&texts[b]),
                Order::By(compare) => compare(&tokens[a], &tokens[b]),
            };
            let order = if self.descending { order.reverse() } else { order };
            order.then_with(|| descriptions[a].cmp(&descriptions[b])).then_with(|| tokens[a].id.cmp(&tokens[b].id))
        });
        *tokens = arrange(std::mem::take(tokens), order);
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
        let sort = Sort::default().pressed(&COLUMNS[0]);
        assert_eq!((sort.to_query().as_str(), sort.aria(&COLUMNS[0])), ("-description", Some("descending")));
        let created = Sort::from_query("created");
        assert_eq!((created.column.title, sort.pressed(created.column)), ("Created", created));
        assert_eq!(Sort::from_query(&sort.to_query()), sort);
    }

    #[test]
    fn the_address_names_each_column() {
        for column in &COLUMNS {
            assert_eq!(Sort::from_query(column.key).column, column);
        }
    }
}
