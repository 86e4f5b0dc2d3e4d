//! What catalogues say of a manifest.

use keyrack_domain::marketplace::{Manifest, ManifestType};
use keyrack_wire::AnyJson;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// What catalogues say of a manifest.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ManifestFacts")]
pub struct Facts {
    /// The names of its actions, in the order of its text.
    #[schemars(example = ["page"])]
    actions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<String>,
    /// As the manifest has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    buttons: Option<AnyJson>,
    #[schemars(example = ["apps/websites"])]
    categories: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"…")]
    pub(super) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<String>,
    #[schemars(example = &"Static site")]
    pub(super) name: String,
    /// As the manifest has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    target_nodes: Option<AnyJson>,
    #[serde(rename = "type")]
    #[schemars(example = &"install")]
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"1.0")]
    version: Option<String>,
}

/// Whether a manifest makes an environment, or changes one that is there.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ManifestType")]
enum Kind {
    Install,
    Update,
}

impl Facts {
    /// What a manifest says.
    pub fn of(manifest: &Manifest) -> Facts {
        Facts {
            actions: manifest.actions.iter().map(|(name, _)| name.clone()).collect(),
            app_version: manifest.text("appVersion"),
            base_url: manifest.text("baseUrl"),
            buttons: value(manifest, "buttons").map(AnyJson::from),
            categories: manifest.texts("categories"),
            description: manifest.translated("description"),
            homepage: manifest.text("homepage"),
            logo: manifest.text("logo"),
            name: manifest.name.clone(),
            target_nodes: value(manifest, "targetNodes").map(AnyJson::from),
            kind: match manifest.kind {
                ManifestType::Install => Kind::Install,
                ManifestType::Update => Kind::Update,
            },
            version: manifest.text("version"),
        }
    }
}

/// A value as the manifest has it, if it is more than null.
pub(super) fn value(manifest: &Manifest, key: &str) -> Option<Value> {
    manifest.value(key).map(|value| value.to_json()).filter(|value| !value.is_null())
}
