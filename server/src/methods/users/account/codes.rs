//! Recovery codes in answers.

use schemars::JsonSchema;
use serde::Serialize;

/// Recovery codes, which are shown this once.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RecoveryCodes")]
pub struct Codes {
    #[schemars(example = ["abcd-efgh-jkmn-pqrs"])]
    pub codes: Vec<String>,
}
