//! What is installed, by the names that clients of the platform read.

use keyrack_domain::marketplace::{self, Manifest};
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;

use super::examples::{APPID, UNIQUE_NAME};
use super::facts::Facts;

/// Something that is installed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Installation {
    #[schemars(example = UNIQUE_NAME)]
    app_unique_name: String,
    /// Absent for a manifest that came with the call.
    #[serde(rename = "app_id", skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"static-site")]
    app_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = APPID)]
    appid: Option<String>,
    /// Absent when it is installed in no environment, as is `appid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"my-shop")]
    env_name: Option<String>,
    installed_on: Moment,
    /// The layer that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    node_group: Option<String>,
    /// Who installed it.
    #[schemars(example = 7)]
    uid: i64,
    #[schemars(example = UNIQUE_NAME)]
    unique_name: String,
    /// Absent when an earlier server could read the manifest and this one cannot.
    #[serde(flatten)]
    facts: Option<Facts>,
}

impl Installation {
    /// The installation, with what its manifest says.
    pub fn of(installed: &marketplace::Installation, manifest: Option<&Manifest>) -> Installation {
        let (env_name, appid) = installed.environment.clone().unzip();
        Installation {
            app_unique_name: installed.unique_name.clone(),
            app_id: Some(installed.app.clone()).filter(|app| !app.is_empty()),
            appid,
            env_name,
            installed_on: Moment(installed.created),
            node_group: installed.layer.clone(),
            uid: installed.user.0,
            unique_name: installed.unique_name.clone(),
            facts: manifest.map(Facts::of),
        }
    }

    /// Whether its name, or where it is installed, holds a text in lower case.
    pub fn holds(&self, search: &str) -> bool {
        let facts = self.facts.as_ref();
        let texts = [
            facts.map(|facts| &facts.name),
            Some(&self.unique_name),
            self.env_name.as_ref(),
            facts.and_then(|facts| facts.description.as_ref()),
        ];
        texts.into_iter().flatten().any(|text| text.to_lowercase().contains(search))
    }
}
