//! Which tokens the list shows. It is in the address (`?search=stopenv&show=expiring`), so that a view can be linked and
//! reloaded, and works without scripts.

use chrono::{NaiveDate, TimeDelta};
use keyrack_types::methods::ApiSet;
use keyrack_types::tokens::TokenView;

/// A token that ends within so many days is expiring. The same as when owners are reminded first.
const EXPIRING_DAYS: i64 = 30;

/// What is searched for, and the choice of Show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub search: String,
    pub show: Show,
}

/// The choices of Show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    #[default]
    All,
    Active,
    Expiring,
    Expired,
    NeverUsed,
}

impl Show {
    pub const ALL: [Show; 5] = [Show::All, Show::Active, Show::Expiring, Show::Expired, Show::NeverUsed];

    /// How the address says it.
    pub const fn key(self) -> &'static str {
        match self {
            Show::All => "",
            Show::Active => "active",
            Show::Expiring => "expiring",
            Show::Expired => "expired",
            Show::NeverUsed => "unused",
        }
    }

    /// How people read it.
    #[cfg(feature = "ssr")]
    pub const fn label(self) -> &'static str {
        match self {
            Show::All => "All",
            Show::Active => "Active",
            Show::Expiring => "Expiring",
            Show::Expired => "Expired",
            Show::NeverUsed => "Never used",
        }
    }

    /// Reads the address; anything else is everything.
    pub fn by_key(key: &str) -> Show {
        Show::ALL.into_iter().find(|show| show.key() == key).unwrap_or_default()
    }

    fn takes(self, token: &TokenView, today: NaiveDate) -> bool {
        match self {
            Show::All => true,
            Show::Active => !token.expired,
            Show::Expiring => {
                let last = today + TimeDelta::days(EXPIRING_DAYS);
                !token.expired && token.expires.is_some_and(|end| end.date_naive() <= last)
            }
            Show::Expired => token.expired,
            Show::NeverUsed => token.last_used.is_none(),
        }
    }
}

impl Filter {
    /// Whether it may leave tokens out.
    pub fn narrows(&self) -> bool {
        self.show != Show::All || !self.search.trim().is_empty()
    }

    /// Takes the rest away.
    pub fn apply(&self, tokens: &mut Vec<TokenView>, today: NaiveDate) {
        let search = self.search.to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        tokens.retain(|token| self.show.takes(token, today) && words.iter().all(|word| mentions(token, word)));
    }
}

/// Whether a word, in small letters, is in what the row shows. A prepared set is found by its name and not by its methods,
/// of which most sets have most.
fn mentions(token: &TokenView, word: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(word);
    has(&token.description)
        || has(&token.owner)
        || has(token.api_set.name())
        || (token.api_set == ApiSet::Custom && token.methods.iter().any(|name| has(name)))
}

#[cfg(test)]
mod tests {
    use super::super::draft::tests::token;
    use super::*;
    use keyrack_types::dates::parse_wire_moment;

    fn found(search: &str, show: Show) -> Vec<i64> {
        let mut list = vec![token(1, "Deploy script"), token(2, "Nightly backup"), token(3, "Old deploy")];
        list.iter_mut().for_each(|token| token.methods = vec!["environment.control.GetEnvs".into()]);
        list[0].methods.push("environment.control.StopEnv".into());
        list[1].expires = parse_wire_moment("2026-12-20");
        list[1].last_used = parse_wire_moment("2026-11-01");
        list[2].expires = parse_wire_moment("2026-11-20");
        list[2].expired = true;
        let today = parse_wire_moment("2026-12-01").unwrap().date_naive();
        Filter { search: search.into(), show }.apply(&mut list, today);
        list.iter().map(|token| token.id).collect()
    }

    #[test]
    fn every_word_has_to_be_in_the_row_in_any_case() {
        assert_eq!(found("", Show::All), [1, 2, 3]);
        assert_eq!(found(" DEPLOY ", Show::All), [1, 3]);
        assert_eq!(found("deploy old", Show::All), [3]);
        assert_eq!(found("stopenv", Show::All), [1]);
        assert!(found("deploy backup", Show::All).is_empty());
    }

    #[test]
    fn show_chooses_by_state() {
        assert_eq!(found("", Show::Active), [1, 2]);
        assert_eq!(found("", Show::Expiring), [2]);
        assert_eq!(found("", Show::Expired), [3]);
        assert_eq!(found("", Show::NeverUsed), [1, 3]);
        assert_eq!(found("deploy", Show::NeverUsed), [1, 3]);
    }

    #[test]
    fn the_address_names_each_choice() {
        for show in Show::ALL {
            assert_eq!(Show::by_key(show.key()), show);
        }
        assert_eq!(Show::by_key("nonsense"), Show::All);
    }
}
