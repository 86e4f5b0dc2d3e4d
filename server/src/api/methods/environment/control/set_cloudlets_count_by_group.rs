//! How much memory nodes may take.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::{ENV_NAME, LAYER, layer};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.SetCloudletsCountByGroup",
    summary: "Sets the cloudlets of all nodes of a layer: how much memory each process may take, from the next start on.",
    params: &[
        ENV_NAME,
        LAYER,
        Param::required("fixedCloudlets", Kind::Number, "How many it has for certain, 512 at most.", "1"),
        Param::required(
            "flexibleCloudlets",
            Kind::Number,
            "How many it has at most; one is 128 MiB of memory for each process.",
            "4",
        ),
        Param::optional("count", Kind::Number, "Accepted for compatibility.", "1"),
    ],
    answer: r#"{"result":0}"#,
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
    let cloudlets = (params.number("fixedCloudlets")?, params.number("flexibleCloudlets")?);
    let name = params.text("envName")?;
    call.keyrack.environments.set_cloudlets(&call.caller, &call.client, name, &layer(params)?, cloudlets).await?;
    Ok(Answer::done())
}
