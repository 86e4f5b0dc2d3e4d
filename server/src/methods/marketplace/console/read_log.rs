//! Reading.

use keyrack_domain::types::dates::wire_moment;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Reads the account's console: the last 1000 lines that manifests and clients wrote.
#[derive(Deserialize, JsonSchema)]
pub struct ReadLog;

/// The lines, and whose they are.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ConsoleLog")]
pub struct Log {
    /// The account among those who install.
    #[schemars(example = &"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e")]
    appid: String,
    /// A moment and a text in each line.
    #[schemars(example = &"2027-01-01 12:00:00 Static site: The site is at http://127.0.0.1:31000\n")]
    body: String,
}

impl Method for ReadLog {
    const NAME: &str = "marketplace.console.ReadLog";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::Marketplace];
    type Answer = Log;

    async fn run(self, call: &Call) -> Result<Log, ApiError> {
        let marketplace = &call.keyrack.marketplace;
        let lines = marketplace.read_console(&call.caller, &call.client).await?;
        let body = lines.iter().map(|line| format!("{} {}\n", wire_moment(line.at), line.line)).collect();
        Ok(Log { appid: marketplace.scripting_appid(&call.caller), body })
    }
}
