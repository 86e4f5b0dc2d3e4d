//! What nodes use.

use keyrack_domain::environments::NodeChoice;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{ENV_NAME, NODE_GROUP, OPT_NODE_ID, chosen_nodes, seconds, sum};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetStats",
    summary: "Tells what an environment, a layer or a node used lately, in steps, the oldest first.",
    params: &[
        ENV_NAME,
        Param::required("duration", Kind::Number, "How far back to look, in seconds; an hour is kept.", "3600"),
        Param::required(
            "interval",
            Kind::Number,
            "The length of a step, in seconds; samples are 10 seconds apart.",
            "60",
        ),
        Param::optional(
            "endtime",
            Kind::Moment,
            "Accepted for compatibility; the time ends now.",
            "2027-12-31 23:59:59",
        ),
        OPT_NODE_ID,
        NODE_GROUP,
        Param::optional("nodetype", Kind::Text, "Only nodes of this type, or of this image.", "docker"),
    ],
    answer: r#"{"result":0,"appid":"0123456789abcdef0123456789abcdef","status":1,"stats":[{"duration":60,"cpu":1250,"mem":8388608,"cloudlets":1.0,"samples":6}]}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, duration, interval) =
        (params.text("envName")?, seconds(params, "duration")?, seconds(params, "interval")?);
    let choice = match (chosen_nodes(params)?, params.opt_text("nodetype")?) {
        (NodeChoice::All, Some(kind)) => NodeChoice::Type(kind.to_owned()),
        (choice, _) => choice,
    };
    let environment = call.keyrack.environments.get(&call.caller, name).await?;
    let steps = call.keyrack.environments.stats(&call.caller, name, &choice, duration, interval).await?;
    Answer::object(json!({
        "appid": environment.appid,
        "status": environment.status.code(),
        "stats": steps.iter().map(sum).collect::<Vec<_>>(),
    }))
}
