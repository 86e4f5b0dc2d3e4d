//! Parameters that methods of environments share.

use std::ops::Deref;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

/// The environment: its short name in any case, its domain or its appid.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"my-project")]
pub struct EnvName(String);

impl Deref for EnvName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// The number of the node.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = 1)]
pub struct NodeId(pub i64);

/// The layer, `cp` for example.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"cp")]
pub struct LayerName(pub String);

/// Only what belongs to the account of this user.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = 7)]
pub struct OwnerUid(pub i64);

/// Names of groups: one, several with commas, or a JSON list.
///
/// They may hold blanks, so that only commas and semicolons part them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(example = &"shops")]
pub struct GroupNames(pub Vec<String>);

impl From<String> for GroupNames {
    fn from(text: String) -> GroupNames {
        GroupNames(super::group::names(&text))
    }
}

/// A time in seconds.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
pub struct Seconds(pub Duration);

impl TryFrom<i64> for Seconds {
    type Error = &'static str;

    fn try_from(number: i64) -> Result<Seconds, &'static str> {
        let seconds = u32::try_from(number).map_err(|_| "it has to be a number of seconds")?;
        Ok(Seconds(Duration::from_secs(seconds.into())))
    }
}

/// The longest pause between two nodes, in seconds.
const LONGEST_DELAY: i64 = 600;

/// Seconds between two nodes when one waits for the other, 600 at most.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
#[schemars(example = 5)]
pub struct RestartDelay(pub Duration);

impl TryFrom<i64> for RestartDelay {
    type Error = String;

    fn try_from(seconds: i64) -> Result<RestartDelay, String> {
        if !(0..=LONGEST_DELAY).contains(&seconds) {
            return Err(format!("it has to be between 0 and {LONGEST_DELAY} seconds"));
        }
        Ok(RestartDelay(Duration::from_secs(seconds.unsigned_abs())))
    }
}
