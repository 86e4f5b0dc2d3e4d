//! Apps, installations and what became of them as JSON, with the names that clients of the platform read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use keyrack_domain::marketplace::{self, Manifest, ManifestType};
use keyrack_domain::types::accounts::Role;
use keyrack_wire::{AnyJson, Moment};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::super::environment::info_with_result;

/// A value whose fields are written in the order of their names, at any depth, wherever they are declared.
#[derive(Debug)]
pub struct Sorted<T>(pub T);

impl<T: Serialize> Serialize for Sorted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::to_value(&self.0).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Sorted<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// An answer that the platform gives by a script: the whole of it is inside.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ResponseWith{T}")]
pub struct Response<T> {
    pub response: T,
}

/// That a script did it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptSuccess")]
pub struct Success {
    #[schemars(example = 0)]
    result: u8,
}

/// That it was done, and nothing else.
pub type Nothing = Response<Success>;

impl Nothing {
    /// The only one there is.
    pub fn done() -> Nothing {
        Response { response: Success { result: 0 } }
    }
}

/// What was done: flat, as scripts read it, and as the answer of the platform's script inside.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{A}Outcome")]
pub struct Outcome<A> {
    /// The environment that it was done in, as GetEnvInfo tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<EnvInfo>,
    response: ScriptOutcome<A>,
    #[serde(flatten)]
    told: Told<A>,
}

/// What was done, as the platform's script answers it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{A}ScriptOutcome")]
struct ScriptOutcome<A> {
    #[schemars(example = 0)]
    result: u8,
    #[serde(flatten)]
    environment: Option<EnvInfo>,
    #[serde(flatten)]
    told: Told<A>,
}

/// An environment, as GetEnvInfo tells it, with a result of its own.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptEnvironment")]
struct EnvInfo {
    #[schemars(example = json!({ "envName": "my-shop", "status": 1 }))]
    env: AnyJson,
    #[serde(flatten)]
    others: BTreeMap<String, AnyJson>,
}

/// What was done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Told<A> {
    action: A,
    #[schemars(example = UNIQUE_NAME)]
    app_unique_name: String,
    /// Absent when it made no environment and changed none, as are `envName` and `data`.
    #[serde(rename = "appid", skip_serializing_if = "Option::is_none")]
    #[schemars(example = APPID)]
    appid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"my-shop")]
    env_name: Option<String>,
    #[schemars(example = &"Done")]
    message: String,
    #[schemars(example = &"Static site")]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"http://127.0.0.1:31000")]
    start_page: Option<String>,
    #[schemars(example = &"Done")]
    success_text: String,
    #[serde(rename = "type")]
    kind: ToldType,
    #[schemars(example = UNIQUE_NAME)]
    unique_name: String,
}

const UNIQUE_NAME: &str = "0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6";
const APPID: &str = "4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e";

/// How it ended.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum ToldType {
    Success,
}

/// That a manifest was installed.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub enum Installing {
    Install,
}

/// That an action of a manifest was carried out.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub enum Acting {
    ExecuteAction,
}

impl<A: Clone> Outcome<A> {
    /// What was done, told to somebody of this role.
    pub fn of(done: marketplace::Done, action: A, role: Role) -> Sorted<Outcome<A>> {
        let environment = done.environment.as_ref().and_then(|environment| EnvInfo::of(environment, role));
        let (appid, env_name) = done.environment.map(|environment| (environment.appid, environment.name)).unzip();
        let told = Told {
            action,
            app_unique_name: done.unique_name.clone(),
            appid,
            env_name,
            message: done.success_text.clone(),
            name: done.name,
            start_page: done.start_page,
            success_text: done.success_text,
            kind: ToldType::Success,
            unique_name: done.unique_name,
        };
        let response = ScriptOutcome { result: 0, environment: environment.clone(), told: told.clone() };
        Sorted(Outcome { data: environment, response, told })
    }
}

impl EnvInfo {
    fn of(environment: &keyrack_domain::environments::Environment, role: Role) -> Option<EnvInfo> {
        let Value::Object(mut fields) = info_with_result(environment, role) else { return None };
        let env = fields.remove("env")?.into();
        Some(EnvInfo { env, others: fields.into_iter().map(|(name, value)| (name, value.into())).collect() })
    }
}

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

/// What catalogues tell of a manifest.
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
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<String>,
    #[schemars(example = &"Static site")]
    name: String,
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

/// A value of a manifest as it stands there, if it is more than null.
fn value(manifest: &Manifest, key: &str) -> Option<Value> {
    manifest.value(key).map(|value| value.to_json()).filter(|value| !value.is_null())
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
    /// What the catalogue tells of it.
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

/// An app with all that may be told of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Info")]
pub struct Info<T> {
    app: WithNodes<T>,
    /// Absent when nothing is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<Form>,
}

/// An app with the nodes that it makes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}WithNodes")]
struct WithNodes<T> {
    #[serde(flatten)]
    app: T,
    /// As the manifest has them; their variables and commands are told to those only who may see them of an environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<AnyJson>,
}

impl<T> Info<T> {
    /// What a manifest says, and the form that it asks for. None: it cannot be read any more.
    pub fn of(app: T, manifest: Option<&Manifest>, role: Role) -> Sorted<Info<T>> {
        Sorted(Info {
            app: WithNodes { app, nodes: manifest.and_then(|manifest| nodes(manifest, role)) },
            settings: manifest
                .and_then(|manifest| manifest.form(None))
                .and_then(|form| Form::of(form.shown(&Map::new()))),
        })
    }
}

/// What of a manifest's nodes everybody may see.
const SHOWN_OF_NODES: [&str; 10] = [
    "image",
    "tag",
    "nodeType",
    "nodeGroup",
    "count",
    "cloudlets",
    "flexibleCloudlets",
    "fixedCloudlets",
    "displayName",
    "volumes",
];

/// The nodes of a manifest. All that they have besides, variables and commands, may hold secrets, and is told to those only
/// who may see it of an environment.
fn nodes(manifest: &Manifest, role: Role) -> Option<AnyJson> {
    let mut nodes = value(manifest, "nodes")?;
    if role < Role::Manager {
        let all: Vec<&mut Value> = match &mut nodes {
            Value::Array(items) => items.iter_mut().collect(),
            one => vec![one],
        };
        for node in all.into_iter().filter_map(Value::as_object_mut) {
            node.retain(|key, _| SHOWN_OF_NODES.iter().any(|shown| shown.eq_ignore_ascii_case(key)));
        }
    }
    Some(nodes.into())
}

/// A form.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SettingsForm")]
pub struct Form {
    /// As the manifest has them, with the values that count now.
    #[schemars(example = json!([
        { "name": "title", "caption": "Title", "type": "string", "default": "Hello", "required": true },
        { "name": "count", "caption": "Nodes", "type": "spinner", "default": 1 },
        { "name": "search", "caption": "Search", "type": "checkbox", "default": false },
    ]))]
    fields: Vec<AnyJson>,
}

impl Form {
    /// A form as it is shown; none for null.
    pub fn of(mut shown: Value) -> Option<Form> {
        match shown.get_mut("fields").map(Value::take) {
            Some(Value::Array(fields)) => Some(Form { fields: fields.into_iter().map(AnyJson::from).collect() }),
            _ => None,
        }
    }
}

/// Something that is installed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Installation {
    #[schemars(example = UNIQUE_NAME)]
    app_unique_name: String,
    /// Absent for a manifest that somebody brought.
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
    /// What is told of it, with what its manifest says.
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
