//! Reading a log.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::params::{EnvName, NodeId};
use super::values::LogPath;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// All that one log can hold, in bytes.
const WHOLE: u64 = 2 << 20;

/// Reads lines of a log: the last ones, or from a line on.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadLog {
    env_name: EnvName,
    node_id: NodeId,
    path: LogPath,
    /// The first line to read, counted from 0; without it the last ones are read.
    #[schemars(example = 0)]
    from: Option<LineNumber>,
    /// How many lines to read at most; all without it.
    #[schemars(example = 100)]
    count: Option<LineNumber>,
}

/// LogLines of a log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogLines {
    #[schemars(example = &"node 1 answers\n")]
    body: String,
    /// How many there are in all.
    #[schemars(example = 1)]
    linescount: usize,
}

/// A number of lines.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
struct LineNumber(usize);

impl TryFrom<i64> for LineNumber {
    type Error = &'static str;

    fn try_from(number: i64) -> Result<LineNumber, &'static str> {
        usize::try_from(number).map(LineNumber).map_err(|_| "it has to be a number of lines")
    }
}

impl Method for ReadLog {
    const NAME: &str = "environment.control.ReadLog";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = LogLines;

    async fn run(self, call: &Call) -> Result<LogLines, ApiError> {
        let (name, node, file) = (&self.env_name, self.node_id.0, self.path.file_name());
        let environments = &call.keyrack.environments;
        let part = environments.read_node_log(&call.caller, &call.client, name, node, file, Some(0), WHOLE).await?;
        let (body, linescount) = choose(&part.text, self.from.map(|from| from.0), self.count.map(|count| count.0));
        Ok(LogLines { body, linescount })
    }
}

/// The chosen lines, and how many there are in all.
fn choose(text: &str, from: Option<usize>, count: Option<usize>) -> (String, usize) {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let count = count.unwrap_or(lines.len());
    let from = from.unwrap_or_else(|| lines.len().saturating_sub(count)).min(lines.len());
    (lines[from..].iter().take(count).copied().collect(), lines.len())
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn lines_are_counted_from_the_end_or_from_the_start() {
        let text = "a\nb\nc";
        assert_eq!(choose(text, None, None), ("a\nb\nc".into(), 3));
        assert_eq!(choose(text, None, Some(2)), ("b\nc".into(), 3));
        assert_eq!(choose(text, Some(1), Some(1)), ("b\n".into(), 3));
        assert_eq!(choose(text, Some(9), Some(9)), (String::new(), 3));
        assert_eq!(choose("", None, Some(5)), (String::new(), 0));
    }
}
