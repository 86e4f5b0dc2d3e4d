//! Commands.

use keyrack_domain::environments::NodeChoice;
use keyrack_wire::{JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, NodeId};
use super::responses::Outputs;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Executes commands on a node: in its folder, with its variables, confined as it is, 120 seconds at most for each.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecCmdById {
    env_name: EnvName,
    node_id: NodeId,
    /// A JSON list of commands, handed to a shell one after another up to the first that fails.
    #[schemars(example = r#"[{"command":"ls","params":"-l"}]"#)]
    command_list: JsonText,
    /// Whether every question is answered with “y”.
    #[serde(default)]
    #[schemars(example = true)]
    say_yes: bool,
    /// Accepted for compatibility: commands run as the node itself.
    #[schemars(example = &"root")]
    _user_name: Option<String>,
}

impl Method for ExecCmdById {
    const NAME: &str = "environment.control.ExecCmdById";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState, Code::Limit];
    type Answer = Outputs;

    async fn run(self, call: &Call) -> Result<Outputs, ApiError> {
        let (name, yes) = (&self.env_name, self.say_yes);
        let commands = platform::commands("commandList", &self.command_list)?;
        let choice = NodeChoice::Ids(vec![self.node_id.0]);
        let done = call.keyrack.environments.execute(&call.caller, &call.client, name, &choice, &commands, yes).await?;
        Ok(Outputs::of(done))
    }
}
