//! What everything uses.

use std::time::Duration;

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::{seconds, sum};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetAllSumStatByUid",
    summary: "Tells what all environments, or one, used lately, on average.",
    params: &[
        Param::optional(
            "duration",
            Kind::Number,
            "How far back to look, in seconds; an hour is kept and looked at without it.",
            "3600",
        ),
        Param::optional("envName", Kind::Text, "Only this environment.", "my-project"),
        Param::optional(
            "endtime",
            Kind::Moment,
            "Accepted for compatibility; the time ends now.",
            "2027-12-31 23:59:59",
        ),
    ],
    answer: r#"{"result":0,"array":[{"appid":"0123456789abcdef0123456789abcdef","envName":"my-project","status":1,"stats":[{"duration":3600,"cpu":1250,"mem":8388608,"cloudlets":1.0,"samples":360}]}]}"#,
    codes: &[Code::NoEnvironment],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let duration = match params.opt_number("duration")? {
        Some(_) => seconds(params, "duration")?,
        None => Duration::from_secs(3600),
    };
    let environments = match params.opt_text("envName")? {
        Some(name) => vec![call.keyrack.environments.get(&call.caller, name).await?],
        None => call.keyrack.environments.list(&call.caller).await?,
    };
    let mut all = Vec::with_capacity(environments.len());
    for environment in environments {
        let used = call.keyrack.environments.sum_stat(&call.caller, &environment.name, duration).await?;
        all.push(json!({
            "appid": environment.appid,
            "envName": environment.name,
            "status": environment.status.code(),
            "stats": [sum(&used)],
        }));
    }
    Answer::object(json!({ "array": all }))
}
