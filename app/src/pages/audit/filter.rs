//! Filters in the address, for the page and for the exports.

use chrono::NaiveDate;
use keyrack_types::{
    audit::AuditFilter,
    dates::{parse_typed_day, typed_day},
};

use crate::paths::escape_into;

/// The error beside a day that cannot be parsed.
const DAY_ADVICE: &str = "Write it as dd-mm-yyyy.";

/// The filters of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub filter: AuditFilter,
    /// Only entries below this number.
    pub before: Option<i64>,
    /// The days as typed, and their errors.
    pub from: (String, Option<&'static str>),
    pub to: (String, Option<&'static str>),
}

impl Asked {
    /// Reads `person`, `token`, `method`, `from`, `to` and `before`. A day that cannot be read does not narrow.
    pub fn read(value: impl Fn(&str) -> String) -> Asked {
        let (from_day, from) = day(value("from"));
        let (to_day, to) = day(value("to"));
        Asked {
            filter: AuditFilter {
                person: value("person").trim().to_owned(),
                token: value("token").trim().to_owned(),
                method: value("method").trim().to_owned(),
                from: from_day,
                to: to_day,
            },
            before: value("before").parse().ok(),
            from,
            to,
        }
    }

    /// Whether anything narrows the log.
    pub fn narrows(&self) -> bool {
        self.filter != AuditFilter::default()
    }

    /// The page with these filters.
    pub fn address(&self, before: Option<i64>) -> String {
        self.with_query("/settings/audit", before)
    }

    /// The export with these filters: `csv` or `ndjson`.
    pub fn export(&self, kind: &str) -> String {
        self.with_query(&format!("/settings/audit/export.{kind}"), None)
    }

    fn with_query(&self, path: &str, before: Option<i64>) -> String {
        let AuditFilter { person, token, method, from, to } = &self.filter;
        let day = |day: &Option<NaiveDate>| day.map(typed_day).unwrap_or_default();
        let mut address = path.to_owned();
        let values = [
            ("person", person.clone()),
            ("token", token.clone()),
            ("method", method.clone()),
            ("from", day(from)),
            ("to", day(to)),
            ("before", before.map(|before| before.to_string()).unwrap_or_default()),
        ];
        let mut sign = '?';
        for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
            address.push(sign);
            address.push_str(name);
            address.push('=');
            escape_into(value, &mut address);
            sign = '&';
        }
        address
    }
}

fn day(typed: String) -> (Option<NaiveDate>, (String, Option<&'static str>)) {
    match parse_typed_day(&typed) {
        Ok(day) => (day, (typed, None)),
        Err(_) => (None, (typed, Some(DAY_ADVICE))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &[(&str, &str)]) -> Asked {
        Asked::read(|name| {
            query.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string()).unwrap_or_default()
        })
    }

    #[test]
    fn filters_survive_the_way_through_the_address() {
        let asked =
            asked(&[("person", " ada@example.org "), ("token", "a b&c"), ("from", "01-02-2026"), ("before", "77")]);
        assert!(asked.narrows());
        assert_eq!(asked.before, Some(77));
        assert_eq!(
            asked.address(Some(12)),
            "/settings/audit?person=ada%40example.org&token=a%20b%26c&from=01-02-2026&before=12"
        );
        assert_eq!(
            asked.export("csv"),
            "/settings/audit/export.csv?person=ada%40example.org&token=a%20b%26c&from=01-02-2026"
        );
    }

    #[test]
    fn a_day_that_cannot_be_read_is_told_and_does_not_narrow() {
        let asked = asked(&[("to", "02/01/2026")]);
        assert!(!asked.narrows());
        assert_eq!(asked.to, ("02/01/2026".into(), Some(DAY_ADVICE)));
        assert_eq!(asked.address(None), "/settings/audit");
    }
}
