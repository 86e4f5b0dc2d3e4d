//! What an environment uses.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{ENV_NAME, seconds, sum};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetSumStat",
    summary: "Tells what an environment used lately, on average: cpu in milliseconds, mem in bytes, cloudlets.",
    params: &[
        ENV_NAME,
        Param::required("duration", Kind::Number, "How far back to look, in seconds; an hour is kept.", "3600"),
        Param::optional(
            "endtime",
            Kind::Moment,
            "Accepted for compatibility; the time ends now.",
            "2027-12-31 23:59:59",
        ),
    ],
    answer: r#"{"result":0,"appid":"0123456789abcdef0123456789abcdef","status":1,"isTransferring":false,"stats":[{"duration":3600,"cpu":1250,"mem":8388608,"cloudlets":1.0,"samples":360}]}"#,
    codes: &[Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (name, duration) = (call.params.text("envName")?, seconds(&call.params, "duration")?);
    let environment = call.keyrack.environments.get(&call.caller, name).await?;
    let used = call.keyrack.environments.sum_stat(&call.caller, name, duration).await?;
    Answer::object(json!({
        "appid": environment.appid,
        "status": environment.status.code(),
        "isTransferring": false,
        "stats": [sum(&used)],
    }))
}
