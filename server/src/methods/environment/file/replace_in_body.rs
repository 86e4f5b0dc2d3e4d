//! Replacing in a file.

use keyrack_domain::types::methods::ApiSet;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::params::EnvName;
use super::location::{Layer, MasterOnly, Node, NodeType, change};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Replaces what matches a pattern in a file: everywhere, or at one place.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplaceInBody {
    env_name: EnvName,
    /// The file, from the folder of the node on.
    #[schemars(example = &"/www/index.html")]
    path: String,
    /// A regular expression; `^` and `$` are the ends of a line.
    #[schemars(example = &"port=\\d+")]
    pattern: String,
    /// What comes in its place, nothing when absent; `$1` is the first group.
    #[schemars(example = &"port=80")]
    replacement: Option<String>,
    nth: Option<WhichMatch>,
    node_id: Option<Node>,
    node_group: Option<Layer>,
    node_type: Option<NodeType>,
    #[serde(default)]
    master_only: MasterOnly,
}

/// Only the match with this number, counted from 1; all without it.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
#[schemars(example = 1)]
struct WhichMatch(usize);

impl TryFrom<i64> for WhichMatch {
    type Error = &'static str;

    fn try_from(number: i64) -> Result<WhichMatch, &'static str> {
        match usize::try_from(number) {
            Ok(number) if number > 0 => Ok(WhichMatch(number)),
            _ => Err("it has to be 1 or more"),
        }
    }
}

impl Method for ReplaceInBody {
    const NAME: &str = "environment.file.ReplaceInBody";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const SETS: &[ApiSet] = &[ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let location = change(&self.env_name, self.node_id, self.node_group, self.node_type, self.master_only);
        let (path, pattern) = (&self.path, &self.pattern);
        let replacement = self.replacement.as_deref().unwrap_or_default();
        let nth = self.nth.map(|nth| nth.0);
        let environments = &call.keyrack.environments;
        environments.replace_in_file(&call.caller, &call.client, &location, path, pattern, replacement, nth).await?;
        Ok(Done {})
    }
}
