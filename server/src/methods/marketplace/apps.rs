//! Apps of the catalogue, by the names that clients of the platform read.

use keyrack_domain::marketplace;
use keyrack_wire::Sorted;
use schemars::JsonSchema;
use serde::Serialize;

use super::facts::Facts;

/// A manifest that is in the catalogue from now on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AddedApp")]
pub struct Added {
    #[schemars(example = &"1")]
    app_id: String,
    response: AddedResponse,
}

/// The same, as the platform's script answers it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AddedAppResponse")]
struct AddedResponse {
    #[schemars(example = &"1")]
    id: String,
    #[schemars(example = 0)]
    result: u8,
}

impl Added {
    /// The one with this number.
    pub fn of(id: String) -> Added {
        Added { app_id: id.clone(), response: AddedResponse { id, result: 0 } }
    }
}

/// Something that can be installed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CatalogueApp")]
pub struct App {
    #[schemars(example = &"static-site")]
    app_id: String,
    #[schemars(example = &"static-site")]
    id: String,
    /// Whether it is one of the account's own.
    is_own: bool,
    #[serde(flatten)]
    facts: Facts,
}

impl App {
    /// What the catalogue says of it.
    pub fn of(app: &marketplace::App) -> App {
        App { app_id: app.id.clone(), id: app.id.clone(), is_own: app.own, facts: Facts::of(&app.manifest) }
    }
}

/// Apps, and how many.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}s")]
pub struct Apps<T> {
    apps: Vec<T>,
    #[schemars(example = 1)]
    total: usize,
}

impl<T> Apps<T> {
    /// All of them.
    pub fn of(apps: Vec<T>) -> Sorted<Apps<T>> {
        Sorted(Apps { total: apps.len(), apps })
    }
}

impl Apps<App> {
    /// Those in which a text is found.
    pub fn with(found: &[marketplace::App], search: &str) -> Sorted<Apps<App>> {
        Apps::of(found.iter().filter(|app| app.holds(search)).map(App::of).collect())
    }
}
