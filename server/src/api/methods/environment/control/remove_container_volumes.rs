//! Volumes.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::{ENV_NAME, NODE_GROUP, OPT_NODE_ID, chosen_nodes, responses};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.RemoveContainerVolumes",
    summary: "Makes the volume an ordinary folder of a node, a layer or all nodes again; what is in it stays.",
    params: &[
        ENV_NAME,
        Param::required("volumes", Kind::List, "The folders, from the folder of the node on.", "/data"),
        OPT_NODE_ID,
        NODE_GROUP,
    ],
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"","errOut":""}]}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, choice, paths) = (params.text("envName")?, chosen_nodes(params)?, params.list("volumes"));
    let nodes = call.keyrack.environments.remove_volumes(&call.caller, &call.client, name, &choice, &paths).await?;
    Answer::object(responses(nodes.into_iter()))
}
