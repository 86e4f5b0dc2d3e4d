//! Apps, installations and what became of them as JSON, with the names that clients of the platform read.

use keyrack_domain::marketplace::{App, Done, Installation, Manifest};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::dates::wire_moment;
use serde_json::{Value, json};

use super::super::environment::info_with_result;
use crate::api::answer::Answer;
use crate::api::error::ApiError;

/// What was done: flat, as scripts read it, and as the answer of the platform's script inside.
pub fn done(done: &Done, action: &str, role: Role) -> Result<Answer, ApiError> {
    let environment = done.environment.as_ref();
    let mut told = json!({
        "action": action,
        "type": "success",
        "name": done.name,
        "uniqueName": done.unique_name,
        "appUniqueName": done.unique_name,
        "appid": environment.map(|environment| &environment.appid),
        "envName": environment.map(|environment| &environment.name),
        "startPage": done.start_page,
        "successText": done.success_text,
        "message": done.success_text,
    });
    let mut response = told.clone();
    response["result"] = json!(0);
    if let Some(environment) = environment {
        let info = info_with_result(environment, role);
        if let (Some(response), Some(info)) = (response.as_object_mut(), info.as_object()) {
            response.extend(info.clone());
        }
        told["data"] = info;
    }
    told["response"] = response;
    Answer::object(told)
}

/// An answer that the platform gives by a script: the whole of it is inside.
pub fn response(mut inside: Value) -> Result<Answer, ApiError> {
    inside["result"] = json!(0);
    Answer::object(json!({ "response": inside }))
}

/// An app.
pub fn app(app: &App) -> Value {
    let mut told = app.manifest.facts();
    told["id"] = json!(app.id);
    told["appId"] = json!(app.id);
    told["isOwn"] = json!(app.own);
    told
}

/// A manifest that is in the catalogue from now on.
pub fn added(id: &str) -> Result<Answer, ApiError> {
    Answer::object(json!({ "appId": id, "response": { "result": 0, "id": id } }))
}

/// Apps, and how many.
pub fn apps<'a>(found: impl Iterator<Item = &'a App>) -> Result<Answer, ApiError> {
    let apps: Vec<_> = found.map(app).collect();
    Answer::object(json!({ "total": apps.len(), "apps": apps }))
}

/// What of a manifest's nodes everybody may see.
const SHOWN_OF_NODES: [&str; 10] = [
    "image",
    "tag",
    "nodeType",
    "nodeGroup",
    "count",
    "cloudlets",
    "flexibleCloudlets",
    "fixedCloudlets",
    "displayName",
    "volumes",
];

/// What a manifest says, and the form that it asks for. All that its nodes have besides, variables and commands, may hold secrets,
/// and is told to those only who may see it of an environment.
pub fn info(mut app: Value, manifest: &Manifest, role: Role) -> Result<Answer, ApiError> {
    let mut nodes = manifest.value("nodes").map_or(Value::Null, |nodes| nodes.to_json());
    if role < Role::Manager {
        let all: Vec<&mut Value> = match &mut nodes {
            Value::Array(items) => items.iter_mut().collect(),
            one => vec![one],
        };
        for node in all.into_iter().filter_map(Value::as_object_mut) {
            node.retain(|key, _| SHOWN_OF_NODES.iter().any(|shown| shown.eq_ignore_ascii_case(key)));
        }
    }
    app["nodes"] = nodes;
    let settings = manifest.form(None).map(|form| form.shown(&serde_json::Map::new()));
    Answer::object(json!({ "app": app, "settings": settings }))
}

/// Something that is installed.
pub fn installation(installation: &Installation) -> Value {
    let mut told = installation.read().map_or_else(|_| json!({}), |manifest| manifest.facts());
    told["uniqueName"] = json!(installation.unique_name);
    told["appUniqueName"] = json!(installation.unique_name);
    told["app_id"] = json!(Some(&installation.app).filter(|app| !app.is_empty()));
    told["envName"] = json!(installation.environment.as_ref().map(|(name, _)| name));
    told["appid"] = json!(installation.environment.as_ref().map(|(_, appid)| appid));
    told["nodeGroup"] = json!(installation.layer);
    told["uid"] = json!(installation.user);
    told["installedOn"] = json!(wire_moment(installation.created));
    told
}
