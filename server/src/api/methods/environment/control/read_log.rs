//! Reading a log.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::{ENV_NAME, NODE_ID};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

/// All that one log can hold, in bytes.
const WHOLE: u64 = 2 << 20;

pub const METHOD: Method = Method {
    name: "environment.control.ReadLog",
    summary: "Reads lines of a log: the last ones, or from a line on.",
    params: &[
        ENV_NAME,
        NODE_ID,
        Param::required(
            "path",
            Kind::Text,
            "The log, as GetLogs lists it; folders in front are ignored.",
            "output.log",
        ),
        Param::optional(
            "from",
            Kind::Number,
            "The first line to read, counted from 0; without it the last ones are read.",
            "0",
        ),
        Param::optional("count", Kind::Number, "How many lines to read at most; all without it.", "100"),
    ],
    answer: r#"{"result":0,"body":"node 1 answers\n","linescount":1}"#,
    codes: &[Code::NotFound, Code::NoEnvironment],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, node, path) = (params.text("envName")?, params.number("nodeId")?, params.text("path")?);
    let from = params.opt_number("from")?.map(|from| line_number("from", from)).transpose()?;
    let count = params.opt_number("count")?.map(|count| line_number("count", count)).transpose()?;
    let file = path.rsplit('/').next().unwrap_or_default();
    let part =
        call.keyrack.environments.read_node_log(&call.caller, &call.client, name, node, file, Some(0), WHOLE).await?;
    let (body, lines) = choose(&part.text, from, count);
    Answer::object(json!({ "body": body, "linescount": lines }))
}

fn line_number(name: &'static str, number: i64) -> Result<usize, ApiError> {
    usize::try_from(number).map_err(|_| ApiError::bad(name, "it has to be a number of lines"))
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
