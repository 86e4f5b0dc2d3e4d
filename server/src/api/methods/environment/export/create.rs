//! Keeping a manifest.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::{Value, json};

use super::export;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.export.Create",
    summary: "Keeps a manifest of an environment as it is now: layers, nodes, variables, volumes, names, groups and properties, without files.",
    params: &[
        Param::optional("envName", Kind::Text, "The environment; it may stand in `settings` instead.", "my-project")
            .shown(),
        Param::optional("settings", Kind::Json, "An object with `envName`.", r#"{"envName":"my-project"}"#),
    ],
    answer: r#"{"result":0,"object":{"id":1,"size":312,"createdOn":"2026-11-24 10:00:00"}}"#,
    codes: &[Code::Parameter, Code::Forbidden, Code::NoEnvironment, Code::Limit],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let settings = call.params.opt_json("settings")?;
    let inside = settings.as_ref().and_then(|settings| settings.get("envName")).and_then(Value::as_str);
    let name = match call.params.opt_text("envName")? {
        Some(name) => name,
        None => inside.ok_or(ApiError::Missing("envName"))?,
    };
    let kept = call.keyrack.environments.export(&call.caller, &call.client, name).await?;
    Answer::object(json!({ "object": export(&kept) }))
}
