//! Another tag.

use keyrack_domain::environments::Redeployment;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, LAYER, layer, responses, restart_order, until_settled};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.RedeployContainersByGroup",
    summary: "Lets all nodes of a layer run another tag of their image.",
    params: &[
        ENV_NAME,
        Param::required("tag", Kind::Text, "A tag of the image, as GetContainerNodeTags lists them.", "2"),
        LAYER,
        Param::optional(
            "isSequential",
            Kind::YesNo,
            "Whether one node waits for the other; all at once otherwise.",
            "true",
        ),
        Param::optional(
            "delay",
            Kind::Number,
            "Seconds between two nodes when one waits for the other, 600 at most.",
            "5",
        ),
        Param::optional(
            "useExistingVolumes",
            Kind::YesNo,
            "Whether what is in the volumes stays, true when absent; all other files stay.",
            "true",
        ),
        Param::optional("login", Kind::Text, "Accepted for compatibility; images need no registry here.", "user"),
        Param::optional("password", Kind::Secret, "Accepted for compatibility.", "secret"),
    ],
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}]}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let choice = layer(params)?;
    let redeployment = Redeployment {
        tag: params.text("tag")?.to_owned(),
        keep_volumes: params.opt_yes("useExistingVolumes")?.unwrap_or(true),
        order: restart_order(params)?,
    };
    let name = params.text("envName")?;
    until_settled(call.keyrack.environments.redeploy(&call.caller, &call.client, name, &choice, redeployment).await?)
        .await?;
    let nodes = call.keyrack.environments.configured_nodes(&call.caller, name, &choice).await?;
    Answer::object(responses(nodes.iter().map(|node| node.id)))
}
