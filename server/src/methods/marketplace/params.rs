//! Parameters that methods of the marketplace share.

use keyrack_domain::Error;
use keyrack_domain::types::bounds::counts::SETTINGS;
use keyrack_wire::Json;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::environment::group::names;
use crate::dispatch::error::ApiError;

/// The installation, as Install answered it (uniqueName).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    example = &"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6",
    extend("x-aliases" = ["uniqueName"])
)]
pub struct UniqueName(pub String);

/// The app: its name, or its number for one of your own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"static-site")]
pub struct AppId(pub String);

/// The manifest, as YAML or JSON; its text, no address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &r#"{"type":"install","name":"Hello","onInstall":{"log":"Hello"}}"#)]
pub struct ManifestText(pub String);

/// A JSON object: values for the fields of the manifest's form.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &r#"{"title":"Hello"}"#)]
pub struct Settings(Json<Value>);

impl Settings {
    /// The values by their names; none when nothing is given.
    ///
    /// # Errors
    /// For what is no flat JSON object.
    pub fn read(given: Option<Settings>) -> Result<Map<String, Value>, ApiError> {
        read_values("settings", given.as_ref().map(|settings| &settings.0.0))
    }
}

/// Reads values that are given as JSON: an object without deep values, or nothing.
///
/// # Errors
/// For something else.
pub fn read_values(name: &'static str, given: Option<&Value>) -> Result<Map<String, Value>, ApiError> {
    let values = match given {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(values)) if values.values().all(is_plain) => values.clone(),
        Some(Value::Object(_)) => return Err(ApiError::bad(name, "it has to be an object without deep values")),
        Some(_) => return Err(ApiError::bad(name, "it has to be a JSON object")),
    };
    let length = serde_json::to_string(&values).map_err(Error::internal)?.len();
    if length > SETTINGS {
        return Err(ApiError::bad(name, format!("it can have {SETTINGS} bytes; this has {length}")));
    }
    Ok(values)
}

/// Whether it is a scalar or holds only scalars.
fn is_plain(value: &Value) -> bool {
    let is_scalar = |value: &Value| !value.is_object() && !value.is_array();
    match value {
        Value::Array(items) => items.iter().all(is_scalar),
        Value::Object(map) => map.values().all(is_scalar),
        _ => true,
    }
}

/// Which form, when the manifest has several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"main")]
pub struct SettingsId(pub String);

/// Only those whose name, description or category holds this.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"site")]
pub struct Search(pub String);

/// The name of the environment that is made (made up when absent), or the one that an add-on is for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"my-shop")]
pub struct NewEnvName(pub String);

/// Groups that a new environment is put into, besides those of the manifest; those that are not there are made.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(example = &"shops")]
pub struct EnvGroups(pub Vec<String>);

impl From<String> for EnvGroups {
    fn from(text: String) -> EnvGroups {
        EnvGroups(names(&text))
    }
}

/// What people call the new environment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"My shop")]
pub struct DisplayName(pub String);

/// Where the new environment is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"local")]
pub struct Region(pub String);

/// The layer where steps work that name no nodes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"cp")]
pub struct StepLayer(pub String);

/// Declares parameters that clients of the platform send and that nothing depends on.
macro_rules! ignored {
    ($($(#[$attribute:meta])* $name:ident($kind:ty);)*) => {$(
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(transparent)]
        $(#[$attribute])*
        pub struct $name(#[expect(dead_code, reason = "accepted for compatibility")] $kind);
    )*};
}

ignored! {
    /// Accepted for compatibility: texts are English.
    #[schemars(example = &"en")]
    Lang(String);

    /// Accepted for compatibility: no mail is sent.
    #[schemars(example = true)]
    SkipEmails(bool);

    /// Accepted for compatibility: a credential speaks for one account.
    #[schemars(example = 7)]
    AnyOwner(i64);
}
