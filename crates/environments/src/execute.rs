//! Commands inside nodes.

use std::time::Duration;

use super::changes::NodeChoice;
use super::inside::{Inside, engine_error, event, may};
use super::manager::COMMANDS_AT_ONCE;
use super::model::Node;
use crate::service::Environments;
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::{Execution, Exit};
use keyrack_identity::accounts::AuthSnapshot;
use keyrack_types::environments::EnvStatus;
use keyrack_types::ids::NodeId;

/// How long one command may take.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// The most that is kept of each stream of output of a node's commands, in bytes.
const OUTPUT_LIMIT: usize = 256 * 1024;

/// Commands are executed in what runs.
const NEEDED: &[EnvStatus] = &[EnvStatus::Running];

/// What the commands brought on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeOutput {
    pub node: NodeId,
    /// Of the last command that was executed: its exit code, or 128 and the number of the signal that ended it.
    pub exit_status: i32,
    /// The output of all commands.
    pub out: String,
    pub err: String,
    /// False when a command was ended because its time was over.
    pub in_time: bool,
}

impl Environments {
    /// Executes commands on the chosen nodes, one after another, up to the first that fails: in the node's folder, with
    /// its variables, confined as the node is.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node that is not there, [`Error::WrongState`] unless it runs,
    /// [`Error::Invalid`], [`Error::Forbidden`] where nodes cannot be confined, [`Error::Limit`] when too many are executed.
    pub async fn execute(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
        commands: &[String],
        say_yes: bool,
    ) -> Result<Vec<NodeOutput>> {
        may(caller)?;
        let slot = self.slot_of(caller, name).await?;
        let inside = self.inside(caller, &slot, name, choice).await?;
        let environment = &inside.environment;
        if !NEEDED.contains(&environment.status) {
            let (name, current) = (environment.name.clone(), environment.status);
            return Err(Error::WrongState { name, current, needed: NEEDED });
        }
        let _turn = slot.commands.try_acquire().map_err(|_| {
            Error::Limit(format!("{COMMANDS_AT_ONCE} calls at once can execute commands in an environment").into())
        })?;
        // The arguments may be secrets; the programs are not.
        let programs: Vec<_> =
            commands.iter().map(|command| command.split_whitespace().next().unwrap_or_default().to_owned()).collect();
        let event = event(caller, client, "node.execute", &inside).with("programs", programs);
        let going = Going { keyrack: self, caller, auth_snapshot: self.accounts.auth_snapshot(caller).await? };
        let all = inside.nodes.iter().map(|node| execute_all(&inside, node, commands, say_yes, Some(&going)));
        self.with_audit(event, async {
            tokio::select! {
                outputs = futures::future::try_join_all(all) => outputs,
                () = inside.slot.deleting() => Err(Error::NoEnvironment(environment.name.clone())),
                () = inside.manager.closing() => Err(Error::Unavailable),
            }
        })
        .await
    }
}

/// Who has commands executed, for as long as that takes.
pub(super) struct Going<'a> {
    keyrack: &'a Environments,
    caller: &'a Caller,
    auth_snapshot: AuthSnapshot,
}

/// Executes commands one after another; before each further one it is asked whether that may still be.
pub(super) async fn execute_all(
    inside: &Inside<'_>,
    node: &Node,
    commands: &[String],
    say_yes: bool,
    going: Option<&Going<'_>>,
) -> Result<NodeOutput> {
    let spec = node.spec(&inside.environment.name);
    let mut output =
        NodeOutput { node: node.id, exit_status: 0, out: String::new(), err: String::new(), in_time: true };
    for (number, command) in commands.iter().enumerate() {
        if let Some(going) = going.filter(|_| number > 0) {
            going.keyrack.accounts.recheck(going.caller, &going.auth_snapshot, Right::Operate).await?;
        }
        let execution = Execution {
            command: command.clone(),
            say_yes,
            time_limit: TIME_LIMIT,
            output_limit: OUTPUT_LIMIT.saturating_sub(output.out.len().max(output.err.len())),
        };
        let executed = inside
            .manager
            .engine
            .execute(&spec, &execution)
            .await
            .map_err(engine_error(field::Environment::Commands))?;
        output.out.push_str(&executed.out);
        output.err.push_str(&executed.err);
        output.in_time = executed.in_time;
        output.exit_status = match executed.exit {
            Exit::Code(code) => code,
            Exit::Signal(signal) => 128 + signal,
            Exit::OutOfMemory => 128 + 9,
            Exit::Unseen => -1,
        };
        if output.exit_status != 0 || !output.in_time {
            break;
        }
    }
    Ok(output)
}
