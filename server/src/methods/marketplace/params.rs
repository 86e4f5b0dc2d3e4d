//! Parameters that methods of the marketplace share.

use keyrack_domain::Result;
use keyrack_domain::marketplace::read_values;
use keyrack_wire::Json;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::environment::group::names;

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
    pub fn read(given: Option<Settings>) -> Result<Map<String, Value>> {
        read_values("settings", given.as_ref().map(|settings| &settings.0.0))
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
