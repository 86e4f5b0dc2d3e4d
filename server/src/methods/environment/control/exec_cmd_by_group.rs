//! Commands.

use keyrack_domain::environments::NodeChoice;
use keyrack_wire::{JsonText, platform};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::{EnvName, LayerName};
use super::responses::Outputs;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Executes commands on every node of a layer: in its folder, with its variables, confined as it is, 120 seconds at most
/// for each.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecCmdByGroup {
    env_name: EnvName,
    node_group: LayerName,
    /// A JSON list of commands, handed to a shell one after another up to the first that fails.
    #[schemars(example = r#"[{"command":"ls","params":"-l"}]"#)]
    command_list: JsonText,
    /// Whether every question is answered with “y”.
    #[serde(default)]
    #[schemars(example = true)]
    say_yes: bool,
    /// Accepted for compatibility: the answer comes with the output.
    #[serde(default)]
    #[schemars(example = false)]
    _async: bool,
    /// Accepted for compatibility: commands run as the node itself.
    #[schemars(example = &"root")]
    _user_name: Option<String>,
}

impl Method for ExecCmdByGroup {
    const NAME: &str = "environment.control.ExecCmdByGroup";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NoEnvironment, Code::WrongState, Code::Limit];
    type Answer = Outputs;

    async fn run(self, call: &Call) -> Result<Outputs, ApiError> {
        let (name, yes) = (&self.env_name, self.say_yes);
        let commands = platform::commands("commandList", &self.command_list)?;
        let choice = NodeChoice::Group(self.node_group.0);
        let done = call.keyrack.environments.execute(&call.caller, &call.client, name, &choice, &commands, yes).await?;
        Ok(Outputs::of(done))
    }
}
