//! The columns of the log, from left to right.

use keyrack_types::{audit::AuditEntryView, dates::typed_day};
use leptos::prelude::*;
use serde_json::Value;

use crate::components::table::Column;
use crate::format::time_of_day;

/// Their widths are in `style/audit.css`.
pub(super) static COLUMNS: [Column<AuditEntryView, AnyView>; 6] = [
    Column {
        title: "When (UTC)",
        title_hidden: false,
        class: "figures audit-when",
        cell: |entry| format!("{} {}", typed_day(entry.at.date_naive()), time_of_day(entry.at)).into_any(),
    },
    Column {
        title: "Who",
        title_hidden: false,
        class: "audit-who",
        cell: |entry| view! { <span title=entry.actor.clone()>{person(&entry.actor)}</span> }.into_any(),
    },
    Column {
        title: "What",
        title_hidden: false,
        class: "audit-what",
        cell: |entry| view! { <code>{entry.action.clone()}</code> }.into_any(),
    },
    Column {
        title: "On what",
        title_hidden: false,
        class: "audit-subject",
        cell: |entry| entry.subject.clone().into_any(),
    },
    Column {
        title: "From",
        title_hidden: false,
        class: "figures audit-from",
        cell: |entry| entry.address.clone().into_any(),
    },
    Column { title: "Outcome", title_hidden: false, class: "audit-outcome", cell: outcome },
];

fn outcome(entry: &AuditEntryView) -> AnyView {
    let details = facts(&entry.details);
    view! {
        <Outcome outcome=entry.outcome.clone() />
        {(!details.is_empty()).then(|| view! { <Details details /> })}
    }
    .into_any()
}

/// Without the number of a user whose address is known.
fn person(actor: &str) -> String {
    match actor.strip_prefix("user:").and_then(|user| user.split_once(' ')) {
        Some((_, email)) => email.to_owned(),
        None => actor.to_owned(),
    }
}

#[component]
fn Outcome(outcome: String) -> impl IntoView {
    match outcome.strip_prefix("refused") {
        Some(why) => {
            let why = why.trim_start_matches([':', ' ']).to_owned();
            view! {
                <span class="badge danger">"Refused"</span>
                " "
                {why}
            }
            .into_any()
        }
        None => view! { <span class="badge success">"Done"</span> }.into_any(),
    }
}

#[component]
fn Details(details: Vec<(String, String)>) -> impl IntoView {
    view! {
        <details class="audit-details">
            <summary>"Details"</summary>
            <dl>
                {details
                    .into_iter()
                    .map(|(name, value)| {
                        view! {
                            <dt>{name}</dt>
                            <dd>{value}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
        </details>
    }
}

/// The details by name; texts without their quotes.
fn facts(details: &str) -> Vec<(String, String)> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    match serde_json::from_str(details) {
        Ok(Value::Object(facts)) => facts.into_iter().map(|(name, value)| (name, text(value))).collect(),
        Ok(Value::Null) => Vec::new(),
        _ if details.is_empty() => Vec::new(),
        _ => vec![("details".to_owned(), details.to_owned())],
    }
}

#[cfg(test)]
mod tests {
    use super::{facts, person};

    #[test]
    fn people_are_called_by_their_address() {
        assert_eq!(person("user:2 ada@example.org"), "ada@example.org");
        assert_eq!(person("operator"), "operator");
        assert_eq!(person("user:7"), "user:7");
    }

    #[test]
    fn details_are_read_by_name() {
        assert_eq!(
            facts(r#"{"role":"owner","times":3}"#),
            [("role".to_owned(), "owner".to_owned()), ("times".to_owned(), "3".to_owned())]
        );
        assert!(facts("{}").is_empty() && facts("").is_empty());
        assert_eq!(facts("broken"), [("details".to_owned(), "broken".to_owned())]);
    }
}
