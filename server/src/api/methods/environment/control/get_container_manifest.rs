//! An image.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::template;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetContainerManifest",
    summary: "Tells what is known of an image of this server.",
    params: &[
        Param::required("image", Kind::Text, "The image, with or without a tag.", "keyrack/web"),
        Param::optional(
            "registry",
            Kind::Text,
            "Accepted for compatibility; images are those of this server.",
            "docker.io",
        ),
        Param::optional("userName", Kind::Text, "Accepted for compatibility.", "user"),
        Param::optional("password", Kind::Secret, "Accepted for compatibility.", "secret"),
        Param::optional("ignoreFormat", Kind::YesNo, "Accepted for compatibility.", "false"),
    ],
    answer: r#"{"result":0,"object":{"image":"keyrack/web","description":"A small web application.","tags":["1","2","latest"],"listens":true}}"#,
    codes: &[Code::NotFound],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let template = template(&call, call.params.text("image")?).await?;
    Answer::object(json!({
        "object": {
            "image": template.name,
            "description": template.summary,
            "tags": template.tags,
            "listens": template.listens,
        },
    }))
}
