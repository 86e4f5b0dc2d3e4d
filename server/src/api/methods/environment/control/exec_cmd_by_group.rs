//! Commands.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use super::{ENV_NAME, LAYER, layer, outputs};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.control.ExecCmdByGroup",
    summary: "Executes commands on every node of a layer: in its folder, with its variables, confined as it is, 120 seconds at most for each.",
    params: &[
        ENV_NAME,
        LAYER,
        Param::required(
            "commandList",
            Kind::Json,
            "A JSON list of commands, handed to a shell one after another up to the first that fails.",
            r#"[{"command":"ls","params":"-l"}]"#,
        ),
        Param::optional("sayYes", Kind::YesNo, "Whether every question is answered with “y”.", "true"),
        Param::optional("async", Kind::YesNo, "Accepted for compatibility: the answer comes with the output.", "false"),
        Param::optional("userName", Kind::Text, "Accepted for compatibility: commands run as the node itself.", "root"),
    ],
    answer: r#"{"result":0,"responses":[{"result":0,"nodeid":1,"out":"total 0\n","errOut":"","exitStatus":0}]}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState, Code::Limit],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, commands, yes) = (params.text("envName")?, params.text("commandList")?, params.yes("sayYes")?);
    let done =
        call.keyrack.environments.execute(&call.caller, &call.client, name, &layer(params)?, commands, yes).await?;
    Answer::object(outputs(&done))
}
