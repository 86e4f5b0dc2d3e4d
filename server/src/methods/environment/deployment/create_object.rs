//! Registering an upload as an archive.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bean::Archive;
use super::loose_json::object;
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Keeps an uploaded archive in the list of the account; without this it goes after a day.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateObject {
    _type: Option<ArchiveType>,
    data: ArchiveData,
}

/// What the platform calls archives.
const TYPE: &str = "JDeploy";

/// `JDeploy`: an archive.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(example = TYPE)]
struct ArchiveType;

impl TryFrom<String> for ArchiveType {
    type Error = String;

    fn try_from(kind: String) -> Result<ArchiveType, String> {
        if kind.eq_ignore_ascii_case(TYPE) { Ok(ArchiveType) } else { Err(format!("it has to be {TYPE}")) }
    }
}

/// An object with `archive` (the address that the upload answered as `file`), and if wanted `name` and `comment`. Single
/// quotes are taken too.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(example = &"{'name':'app.war','archive':'http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/app.war','link':0,'size':1024,'comment':'nightly'}")]
struct ArchiveData {
    address: String,
    name: Option<String>,
    comment: String,
}

impl TryFrom<String> for ArchiveData {
    type Error = &'static str;

    fn try_from(text: String) -> Result<ArchiveData, &'static str> {
        let mut data = object(&text)?;
        let mut text = |key: &str| match data.remove(key) {
            Some(Value::String(text)) if !text.trim().is_empty() => Some(text),
            _ => None,
        };
        let address = text("archive").ok_or("`archive` is missing")?;
        Ok(ArchiveData { address, name: text("name"), comment: text("comment").unwrap_or_default() })
    }
}

/// The archive as it is in the list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ArchiveKept")]
pub struct RegisteredArchive {
    response: Registered,
}

/// The archive, as the platform answers it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ArchiveKeptResponse")]
struct Registered {
    object: Archive,
    #[schemars(example = 0)]
    result: u8,
}

impl Method for CreateObject {
    const NAME: &str = "environment.deployment.CreateObject";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const SETS: &[ApiSet] = &[ApiSet::MavenPlugin, ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Forbidden, Code::NotFound];
    type Answer = RegisteredArchive;

    async fn run(self, call: &Call) -> Result<RegisteredArchive, ApiError> {
        let ArchiveData { address, name, comment } = self.data;
        let uploads = &call.keyrack.uploads;
        let registered =
            uploads.register_archive(&call.caller, &call.client, &address, name.as_deref(), &comment).await?;
        let object = Archive::of(registered, &call.keyrack.settings().public_url);
        Ok(RegisteredArchive { response: Registered { object, result: 0 } })
    }
}
