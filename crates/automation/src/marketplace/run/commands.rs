//! The step `cmd`: commands in nodes, and what came of them.

use keyrack_wire::platform;
use serde_json::json;

use super::Run;
use super::invocation::Invocation;
use crate::marketplace::document::Document;
use crate::marketplace::errors::unread;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_environments::{NodeChoice, NodeOutput};

/// How much of a failed command's output is reported.
const TOLD_OUTPUT: usize = 500;

/// Lines of one `cmd` share a shell, and end with the first that fails.
const NEXT_LINE: &str = "\nkeyrack_status=$?; [ $keyrack_status -eq 0 ] || exit $keyrack_status\n";

impl Run<'_> {
    pub(super) async fn execute(&mut self, name: &str, choice: &NodeChoice, invocation: &Invocation<'_>) -> Result<()> {
        let commands = match invocation.param("commandList") {
            Some(list) => list.scalar().unwrap_or_else(|| list.to_json().to_string()),
            None => {
                let lines = match invocation.param("commands").or_else(|| invocation.param("command")) {
                    Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
                    Some(value) => value.scalar().into_iter().collect::<Vec<_>>(),
                    None => Vec::new(),
                };
                if lines.is_empty() {
                    return Err(Error::invalid(field::App::Manifest, "there is no command"));
                }
                json!([lines.join(NEXT_LINE)]).to_string()
            }
        };
        let commands = platform::commands("commandList", &commands).map_err(unread(field::App::Manifest))?;
        let say_yes = invocation.flag("sayYes")?.unwrap_or(true);
        let outputs =
            self.keyrack.environments.execute(self.caller, self.client, name, choice, &commands, say_yes).await?;
        let response = |output: &NodeOutput| {
            json!({ "result": 0, "nodeid": output.node, "out": output.out.trim_end(), "errOut": output.err.trim_end(),
                "exitStatus": output.exit_status })
        };
        if let Some(bad) = outputs.iter().find(|output| output.exit_status != 0 || !output.in_time) {
            let said = if bad.err.trim().is_empty() { &bad.out } else { &bad.err };
            let how = match bad.in_time {
                true => format!("exit status {}", bad.exit_status),
                false => "it took too long and was ended".to_owned(),
            };
            return Err(Error::Step {
                at: invocation.step.at.clone(),
                cause: Box::new(Error::Engine(format!("node {}: {how}", bad.node))),
                output: format!(": {}", last_part(said.trim())),
                undone: String::new(),
            });
        }
        let all: Vec<_> = outputs.iter().map(response).collect();
        let mut first = all.first().cloned().unwrap_or_else(|| json!({ "result": 0 }));
        first["responses"] = all.into();
        self.scope.set_response(first);
        Ok(())
    }
}

fn last_part(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(TOLD_OUTPUT))..]
}
