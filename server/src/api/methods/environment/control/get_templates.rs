//! What nodes can run.

use keyrack_domain::engine::Template;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::{Value, json};

use super::OWNER_UID;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetTemplates",
    summary: "Lists what nodes can run: images, and recipes of the operator.",
    params: &[Param::optional("type", Kind::Text, "Accepted for compatibility.", "ALL"), OWNER_UID],
    answer: r#"{"result":0,"array":[{"name":"keyrack/web","displayName":"keyrack/web","description":"A small web application.","nodeType":"docker","nodeGroup":"cp","image":"keyrack/web","tags":["1","2","latest"],"published":true}]}"#,
    codes: &[],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let templates = call.keyrack.environments.templates().await?;
    Answer::object(json!({ "array": templates.iter().map(template).collect::<Vec<_>>() }))
}

fn template(template: &Template) -> Value {
    json!({
        "name": template.name,
        "displayName": template.name,
        "description": template.summary,
        "nodeType": "docker",
        "nodeGroup": "cp",
        "image": template.name,
        "tags": template.tags,
        "published": true,
    })
}
