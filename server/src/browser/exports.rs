//! The audit log as a file: CSV for spreadsheets, NDJSON for programs. Streamed, so that its length costs no memory.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http::{HeaderValue, StatusCode, header};
use keyrack_app::pages::audit::Asked;
use keyrack_app::paths;
use keyrack_app::request_context::RequestContext;
use keyrack_domain::types::audit::AuditEntryView;
use keyrack_domain::types::dates::wire_moment;
use keyrack_domain::{Error, Keyrack};
use serde_json::{Value, json};

use super::Browser;
use super::forms::go_to;

const CSV_HEAD: &str = "id,at,actor,action,subject,outcome,details,address\r\n";

type Fields = Vec<(String, String)>;

/// The routes.
pub fn router() -> Router<Browser> {
    Router::new().route("/settings/audit/export.csv", get(csv)).route("/settings/audit/export.ndjson", get(ndjson))
}

/// `GET /settings/audit/export.csv`, with the filters of the page.
async fn csv(
    State(browser): State<Browser>,
    Extension(request_context): Extension<RequestContext>,
    Query(query): Query<Fields>,
) -> Response {
    let asked = asked(&query);
    let lines = match entries(&browser.keyrack, &request_context, &asked) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| csv_line(&entry))),
        Err(refusal) => return refusal.answer(&asked),
    };
    let head = stream::once(async { Ok(CSV_HEAD.to_owned()) });
    file(&browser.keyrack, "csv", "text/csv; charset=utf-8", head.chain(lines))
}

/// `GET /settings/audit/export.ndjson`, with the filters of the page.
async fn ndjson(
    State(browser): State<Browser>,
    Extension(request_context): Extension<RequestContext>,
    Query(query): Query<Fields>,
) -> Response {
    let asked = asked(&query);
    match entries(&browser.keyrack, &request_context, &asked) {
        Ok(entries) => {
            let lines = entries.map(|entry| entry.map(|entry| json_line(&entry)));
            file(&browser.keyrack, "ndjson", "application/x-ndjson", lines)
        }
        Err(refusal) => refusal.answer(&asked),
    }
}

/// Why there is no file.
enum Refusal {
    SignedOut,
    /// A day that cannot be read: a file with everything in it would pass for the part that was asked for.
    Day(&'static str),
    Domain(Error),
}

impl Refusal {
    fn answer(self, asked: &Asked) -> Response {
        match self {
            Refusal::SignedOut => go_to(&paths::signin(&asked.address(None), true)),
            Refusal::Day(advice) => (StatusCode::BAD_REQUEST, format!("{advice}\n")).into_response(),
            Refusal::Domain(Error::Forbidden(why)) => (StatusCode::FORBIDDEN, format!("{why}\n")).into_response(),
            Refusal::Domain(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
        }
    }
}

fn asked(query: &Fields) -> Asked {
    Asked::read(|wanted| {
        query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone()).unwrap_or_default()
    })
}

fn entries(
    keyrack: &Keyrack,
    request_context: &RequestContext,
    asked: &Asked,
) -> Result<impl Stream<Item = Result<AuditEntryView, Error>> + Send + 'static + use<>, Refusal> {
    let caller = request_context.caller.as_ref().ok_or(Refusal::SignedOut)?;
    if let Some(advice) = asked.from.1.or(asked.to.1) {
        return Err(Refusal::Day(advice));
    }
    keyrack.audit.export(caller, &asked.filter).map_err(Refusal::Domain)
}

fn file(
    keyrack: &Keyrack,
    ending: &str,
    kind: &'static str,
    lines: impl Stream<Item = Result<String, Error>> + Send + 'static,
) -> Response {
    // Nothing that came with the request is in the name.
    let name = format!("attachment; filename=\"keyrack-audit-{}.{ending}\"", keyrack.world().now().format("%Y-%m-%d"));
    // An error breaks the connection off, so that a part does not pass for the whole.
    let mut response = Response::new(Body::from_stream(lines.map(|line| line.map(Bytes::from))));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::try_from(name).expect("a date is plain ASCII"));
    response
}

fn csv_line(entry: &AuditEntryView) -> String {
    let (id, at) = (entry.id.to_string(), wire_moment(entry.at));
    let fields =
        [&id, &at, &entry.actor, &entry.action, &entry.subject, &entry.outcome, &entry.details, &entry.address];
    let mut line = String::with_capacity(160);
    for (place, field) in fields.into_iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        csv_field(field, &mut line);
    }
    line.push_str("\r\n");
    line
}

/// Writes a field so that no spreadsheet takes a part of it for a formula: an apostrophe in front makes a cell text. Some programs
/// separate by semicolons or tabs, whatever the quotes say; some look past blanks and quotes, and take the wide forms of the
/// signs for them too. So every part that could be a cell gets its apostrophe.
fn csv_field(text: &str, line: &mut String) {
    const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    const SEPARATORS: [char; 5] = [',', ';', '\t', '\r', '\n'];
    let quoted = text.contains(SEPARATORS) || text.contains('"');
    let mut field = String::with_capacity(text.len() + 8);
    let mut before = ';';
    for part in text.split_inclusive(SEPARATORS) {
        let begins = part.trim_start_matches(|c: char| c == '"' || c.is_whitespace() && !SEPARATORS.contains(&c));
        let blank = part.starts_with(['\t', '\r', '\n']) && matches!(before, ',' | ';');
        if blank || begins.starts_with(SIGNS) {
            field.push('\'');
        }
        field.push_str(&part.replace('"', "\"\""));
        before = part.chars().next_back().unwrap_or_default();
    }
    if quoted || field.starts_with('\'') {
        line.extend(["\"", &field, "\""]);
    } else {
        line.push_str(&field);
    }
}

fn json_line(entry: &AuditEntryView) -> String {
    let details: Value = serde_json::from_str(&entry.details).unwrap_or_else(|_| entry.details.clone().into());
    let mut line = json!({
        "id": entry.id,
        "at": entry.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "outcome": entry.outcome,
        "details": details,
        "address": entry.address,
    })
    .to_string();
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_formulas_are_made_text() {
        for (text, field) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\tx", "\"'\tx\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("＝1+1", "\"'＝1+1\""),
            (" =1+1", "\"' =1+1\""),
            ("a b", "a b"),
            ("\u{a0}=1+1", "\"'\u{a0}=1+1\""),
            (";=1+1", "\";'=1+1\""),
            ("x;=1+1", "\"x;'=1+1\""),
            ("x\t@SUM(A1)", "\"x\t'@SUM(A1)\""),
            ("x; \"=1+1\"", "\"x;' \"\"=1+1\"\"\""),
            ("x,-1\r\n+2", "\"x,'-1\r\n'+2\""),
            ("x;\ty", "\"x;'\ty\""),
            ("x;＝1", "\"x;'＝1\""),
            ("a-b;c=d", "\"a-b;c=d\""),
            ("a=1", "a=1"),
        ] {
            let mut line = String::new();
            csv_field(text, &mut line);
            assert_eq!(line, field, "{text:?}");
        }
    }
}
