//! One method: its path with the verbs that it takes.

use std::collections::BTreeSet;

use http::StatusCode;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::exact;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::meanings;
use super::schema::{example, of_param};
use crate::dispatch::error::Code;
use crate::dispatch::problem::status_of;
use crate::dispatch::registry::{Effect, Kind, Method, Param};

/// `environment.control` of `environment.control.StopEnv`.
pub fn class(method: &Method) -> &'static str {
    method.name.rsplit_once('.').map_or(method.name, |(class, _)| class)
}

/// The item of a method's path.
pub fn path(method: &Method, generator: &mut SchemaGenerator) -> Value {
    let mut post = operation(method, method.name.to_owned(), method.all_codes(), generator);
    if !method.params.is_empty() || method.takes_file() {
        post["requestBody"] = body(method);
    }
    let mut path = json!({ "post": post });
    if !method.post_only {
        let mut get = operation(method, format!("{}.byGet", method.name), method.all_codes(), generator);
        let params: Vec<_> = method.params.iter().map(in_query).collect();
        if !params.is_empty() {
            get["parameters"] = params.into();
        }
        path["get"] = get;
    }
    path
}

fn operation(method: &Method, id: String, codes: Vec<Code>, generator: &mut SchemaGenerator) -> Value {
    let name = method.name.rsplit('.').next().unwrap_or_default();
    json!({
        "operationId": id,
        "tags": [class(method)],
        "summary": method.summary,
        "description": format!("{} [Documentation](/docs/api/{}#{name})", access(method), class(method)),
        "security": if method.is_public() { json!([{}]) } else { json!([{ "bearer": [] }, { "session": [] }]) },
        "responses": responses(method, &codes, generator),
        "x-token": match method.token {
            TokenAccess::WhenTicked => "when ticked",
            TokenAccess::Always => "always",
            TokenAccess::Never => "never",
        },
        "x-role": match method.role {
            Role::Viewer => "viewer",
            Role::Manager => "manager",
            Role::Owner => "owner",
        },
        "x-api-sets": method.all_sets().into_iter().map(ApiSet::name).collect::<Vec<_>>(),
        "x-changes": method.effect == Effect::Change,
    })
}

/// Who may call it, in words.
fn access(method: &Method) -> &'static str {
    match (method.is_public(), method.token) {
        (true, _) => "Needs no credential.",
        (false, TokenAccess::WhenTicked) => "Open to sessions, and to tokens that hold it.",
        (false, TokenAccess::Always) => "Open to sessions and to every valid token.",
        (false, TokenAccess::Never) => "Open to sessions only: no token may hold it.",
    }
}

fn responses(method: &Method, codes: &[Code], generator: &mut SchemaGenerator) -> Value {
    let answer: Value = serde_json::from_str(method.answer).unwrap_or_default();
    let success = success(method, generator);
    let numbers: Vec<_> = codes.iter().map(|code| code.number()).collect();
    let failure = json!({
        "allOf": [{ "$ref": "#/components/schemas/Failure" }],
        "properties": { "result": { "enum": numbers } },
        "description": meanings(codes),
    });
    let mut responses = Map::new();
    responses.insert(
        "200".into(),
        json!({
            "description": "Done (`result` is 0), or refused (it is not).",
            "content": {
                "application/json": { "schema": { "oneOf": [success, failure] }, "example": answer },
            },
        }),
    );
    let mut statuses: BTreeSet<_> = codes.iter().map(|code| status_of(*code)).collect();
    if !method.is_public() {
        statuses.insert(StatusCode::UNAUTHORIZED);
    }
    if codes.iter().any(|code| matches!(code, Code::WrongSignIn | Code::WrongPassword)) {
        statuses.insert(StatusCode::TOO_MANY_REQUESTS);
    }
    for status in statuses {
        responses.insert(status.as_str().into(), json!({ "$ref": "#/components/responses/Problem" }));
    }
    responses.into()
}

/// The schema of a success: the answer's, with `"result":0`.
fn success(method: &Method, generator: &mut SchemaGenerator) -> Value {
    let mut schema = method.answer_schema()(generator);
    exact(&mut schema);
    let mut success = schema.to_value();
    let mut required = success["required"].take().as_array().cloned().unwrap_or_default();
    required.insert(0, "result".into());
    success["required"] = required.into();
    success["properties"]["result"] = json!({ "const": 0 });
    success
}

fn in_query(param: &Param) -> Value {
    let mut value = json!({
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.help,
    });
    // Example and text go beside the schema here, not into it.
    match param.kind {
        Kind::Json => value["content"] = json!({ "application/json": { "schema": of_param(param) } }),
        _ => value["schema"] = of_param(param),
    }
    if param.kind != Kind::Json
        && let Some(example) = example(param)
    {
        value["example"] = example;
    }
    if !param.aliases.is_empty() {
        value["x-aliases"] = json!(param.aliases);
    }
    value
}

/// The parameters of a POST as JSON, or beside a file as the parts of a form. The server takes forms in place of JSON too; the
/// document has one type only, since generators of clients choose badly among several.
fn body(method: &Method) -> Value {
    let mut properties = Map::new();
    let mut encoding = Map::new();
    let mut examples = Map::new();
    for param in method.params {
        let mut schema = of_param(param);
        schema["description"] = param.help.into();
        if !param.aliases.is_empty() {
            schema["x-aliases"] = json!(param.aliases);
        }
        if let Some(example) = example(param) {
            schema["examples"] = json!([example.clone()]);
            if param.shown {
                examples.insert(param.name.into(), example);
            }
        }
        if param.kind == Kind::Json {
            encoding.insert(param.name.into(), json!({ "contentType": "application/json" }));
        }
        properties.insert(param.name.into(), schema);
    }
    let required: Vec<_> = method.params.iter().filter(|param| param.required).map(|param| param.name).collect();
    let mut body = json!({
        "schema": { "type": "object", "required": required, "properties": properties },
        "example": examples,
    });
    let kind = if method.takes_file() {
        // Of any kind: what it is, its content says.
        body["schema"]["properties"]["file"] =
            json!({ "type": "string", "contentMediaType": "application/octet-stream" });
        if !encoding.is_empty() {
            body["encoding"] = encoding.into();
        }
        "multipart/form-data"
    } else {
        "application/json"
    };
    json!({ "required": !required.is_empty(), "content": { kind: body } })
}
