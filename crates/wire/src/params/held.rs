//! What has to hold for any input at all. The fuzz targets try what they find; tests try noise.

use std::sync::LazyLock;

use bytes::Bytes;
use keyrack_types::bounds::{http, nesting};
use keyrack_types::dates::{parse_typed_day, parse_wire_moment, typed_day, wire_moment};
use keyrack_types::lists::parse_list;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{End, Ids, Names, Pairs};
use crate::{Body, Json, Param, Refusal, Secret, params_of, read};
use keyrack_types::nesting::of_json;

/// One parameter of each kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Everything {
    /// A text.
    pub env_name: String,
    /// A secret.
    pub password: Option<Secret>,
    /// A number with two names.
    #[schemars(extend("x-aliases" = ["nodes"]))]
    pub node_id: Option<i64>,
    /// A flag.
    #[serde(default)]
    pub lazy: bool,
    /// A moment.
    pub expires_at: Option<End>,
    /// A list.
    #[serde(default)]
    pub api_list: Vec<String>,
    /// Numbers of things.
    pub ids: Option<Ids>,
    /// Any JSON.
    pub env: Option<Json<Value>>,
}

/// Reads a call's parameters as a method does.
///
/// # Errors
/// As [`read`], by the names that the client used.
pub fn bind(pairs: Pairs) -> Result<Everything, Refusal> {
    static DECLARED: LazyLock<Vec<Param>> = LazyLock::new(params_of::<Everything>);
    let names = Names::of(&DECLARED, &pairs);
    read(&DECLARED, pairs).map_err(|refusal| refusal.named(&names))
}

/// A call: the first byte says how the body is written, the second where the query ends.
pub fn parameters(data: &[u8]) {
    let [kind, at, rest @ ..] = data else { return };
    let (query, body) = rest.split_at(usize::from(*at).min(rest.len()));
    let sent = match kind % 3 {
        0 => Body::Form(Bytes::copy_from_slice(body)),
        1 => Body::Json(Bytes::copy_from_slice(body)),
        _ => Body::Multipart(parts(body)),
    };
    let read = Pairs::read(query, &sent);
    let again = Pairs::read(query, &sent);
    match (&read, &again) {
        (Ok(read), Ok(again)) => assert_eq!(read, again),
        (Err(read), Err(again)) => assert_eq!(read.to_string(), again.to_string()),
        _ => panic!("the same call is read in two ways"),
    }
    match read.and_then(bind) {
        Ok(params) => bound(&params),
        Err(error) => {
            let text = error.to_string();
            // Every other refusal names what it speaks of.
            assert!(!matches!(error, Refusal::Nameless(_)), "{text:?}");
            assert!(!text.contains(|c: char| c.is_control()), "{text:?}");
            assert!(text.len() < 400, "{text:?}");
        }
    }
}

/// What was read is what its kind says.
fn bound(params: &Everything) {
    assert!(!params.env_name.is_empty());
    assert!(!params.env_name.contains('\0') && params.password.as_ref().is_none_or(|text| !text.contains('\0')));
    if let Some(moment) = params.expires_at.and_then(End::moment) {
        assert_eq!(parse_wire_moment(&wire_moment(moment)), Some(moment));
    }
    assert!(params.api_list.iter().all(|item| !item.is_empty()));
    match &params.ids {
        Some(Ids::These(ids)) => assert!(!ids.is_empty()),
        Some(Ids::All) | None => {}
    }
}

/// Names and values as a multipart form has them: whatever is between bytes of 255.
fn parts(body: &[u8]) -> Vec<(String, Bytes)> {
    let mut pieces = body.split(|byte| *byte == 255);
    let mut parts = Vec::new();
    while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
        parts.push((String::from_utf8_lossy(name).into_owned(), Bytes::copy_from_slice(value)));
    }
    parts
}

/// Any text as a list, as a moment of the wire, and as a typed day.
pub fn lists_and_dates(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let items = parse_list([text.as_ref()]);
    let whole = |item: &String| !item.contains(|c: char| ",;[]".contains(c) || c.is_whitespace());
    assert!(items.iter().all(|item| !item.is_empty() && whole(item)), "{items:?}");
    // Written in any form, the items are the same again.
    for written in [items.join(","), items.join("; "), items.join("\n"), format!("['{}']", items.join("', '"))] {
        assert_eq!(parse_list([written.as_str()]), items, "{written:?}");
    }
    assert_eq!(parse_list(items.iter().map(String::as_str)), items);
    if let Some(moment) = parse_wire_moment(&text) {
        assert_eq!(parse_wire_moment(&wire_moment(moment)), Some(moment), "{text:?}");
    }
    if let Ok(Some(day)) = parse_typed_day(&text) {
        assert_eq!(parse_typed_day(&typed_day(day)), Ok(Some(day)), "{text:?}");
    }
}

/// Any text as a JSON body, as a parameter that is JSON, and as one that is a list.
pub fn json_and_lists(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let levels = of_json(text.as_bytes());
    if let Ok(value) = serde_json::from_str::<Value>(&text) {
        // Of a repeated name the last value is kept.
        assert!(levels >= levels_of(&value), "{text:?}");
    }
    let body = Body::Json(Bytes::copy_from_slice(text.as_bytes()));
    let read = Pairs::read(b"", &body);
    assert!(read.is_err() || levels <= nesting::JSON + 1, "{text:?}");
    if let Ok(params) = read.and_then(bind) {
        shallow(&params);
    }
    for name in ["env", "apiList", "ids"] {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("envName", "a")
            .append_pair(name, &text)
            .finish();
        let read = Pairs::read(form.as_bytes(), &Body::nothing());
        if let Ok(params) = read.and_then(bind) {
            shallow(&params);
        }
    }
}

/// What was read keeps within its bounds.
fn shallow(params: &Everything) {
    if let Some(Json(value)) = &params.env {
        assert!(levels_of(value) <= nesting::JSON);
    }
    assert!(params.api_list.len() <= http::LIST_ITEMS);
    if let Some(Ids::These(ids)) = &params.ids {
        assert!(ids.len() <= http::LIST_ITEMS);
    }
}

fn levels_of(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(levels_of).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(levels_of).max().unwrap_or_default(),
        _ => 0,
    }
}
