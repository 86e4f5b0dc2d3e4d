//! An environment as a manifest, and back.
//!
//! A manifest says of an environment what its owner set: layers, nodes, what they run, variables, volumes, names, groups,
//! and what clients keep with it. Files are not in it; nor is what is deployed, which is files.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::inside::may;
use super::model::{Environment, Layer, Node};
use super::{EnvironmentSpec, GroupChange, rows};
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_core::yaml;
use keyrack_types::bounds::counts::EXPORTS;
use keyrack_types::bounds::nesting;

/// The form that is written, and the only one that is read.
const FORMAT: u32 = 1;
/// The longest manifest that is read, in bytes.
const LONGEST: usize = 256 * 1024;
/// What a manifest may stand for. What clients keep with an environment lies a few levels deep in it.
const SIZE: yaml::Size = yaml::Size { depth: nesting::JSON + 4, values: 50_000, bytes: 2 * LONGEST };

/// A manifest, in the order in which it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Manifest {
    /// [`FORMAT`]
    keyrack: u32,
    /// As CreateEnvironment takes it.
    env: Value,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    env_groups: Vec<String>,
    /// As CreateEnvironment takes them.
    nodes: Vec<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    layers: BTreeMap<String, LayerFacts>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    properties: Map<String, Value>,
}

/// What is set of a layer apart from its nodes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct LayerFacts {
    #[serde(skip_serializing_if = "String::is_empty")]
    display_name: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    data: Map<String, Value>,
}

/// A manifest that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub id: i64,
    pub created: DateTime<Utc>,
    /// Size in bytes.
    pub size: usize,
}

keyrack_core::store::row! {
    struct ExportRow {
        id: i64,
        created_at: DateTime<Utc>,
        manifest: String,
    }
}

impl Environments {
    /// Keeps a manifest of an environment as it is now. Manifests hold variables, and so maybe secrets.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoEnvironment`], [`Error::Limit`].
    pub async fn export(&self, caller: &Caller, client: &Client, name: &str) -> Result<Export> {
        may(caller)?;
        let environment = self.get(caller, name).await?;
        let properties = self.properties(caller, name, &[]).await?;
        let manifest = serde_saphyr::to_string(&manifest(&environment, properties)).map_err(Error::internal)?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        tx.lock_account(caller.account).await?;
        let environment = rows::find(&mut tx, caller.account, name).await?;
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM exports WHERE environment_id = $1")
            .bind(environment.id.0)
            .fetch_one(&mut *tx)
            .await?;
        if count >= EXPORTS {
            return Err(Error::Limit(format!("an environment can have {EXPORTS} exports: delete some").into()));
        }
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO exports (environment_id, user_id, manifest, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(environment.id.0)
        .bind(caller.user.0)
        .bind(&manifest)
        .bind(now.timestamp_millis())
        .fetch_one(&mut *tx)
        .await?;
        let event = Event::by(caller, client, "export.create", format!("environment:{}", environment.name));
        audit::append(&mut tx, now, event.with("export", id)).await?;
        tx.commit(&[]).await?;
        Ok(Export { id, created: now, size: manifest.len() })
    }

    /// The exports of an environment, the oldest first.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`].
    pub async fn exports(&self, caller: &Caller, name: &str) -> Result<Vec<Export>> {
        let environment = self.get(caller, name).await?;
        let rows = sqlx::query_as::<_, ExportRow>(
            "SELECT id, created_at, manifest FROM exports WHERE environment_id = $1 ORDER BY id",
        )
        .bind(environment.id.0)
        .fetch_all(self.store.read())
        .await?;
        let export = |row: ExportRow| Export { id: row.id, created: row.created_at, size: row.manifest.len() };
        Ok(rows.into_iter().map(export).collect())
    }

    /// The text of an export, YAML.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoEnvironment`], [`Error::NotFound`].
    pub async fn export_manifest(&self, caller: &Caller, client: &Client, name: &str, id: i64) -> Result<String> {
        may(caller)?;
        let environment = self.get(caller, name).await?;
        let manifest = sqlx::query_scalar("SELECT manifest FROM exports WHERE environment_id = $1 AND id = $2")
            .bind(environment.id.0)
            .bind(id)
            .fetch_optional(self.store.read())
            .await?
            .ok_or_else(|| missing(&environment.name, id))?;
        let read = Event::by(caller, client, "export.read", format!("environment:{}", environment.name));
        self.note_read(read.with("export", id));
        Ok(manifest)
    }

    /// Deletes an export; the environment stays as it is.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoEnvironment`], [`Error::NotFound`].
    pub async fn delete_export(&self, caller: &Caller, client: &Client, name: &str, id: i64) -> Result<()> {
        may(caller)?;
        let mut tx = self.store.begin().await?;
        let environment = rows::find(&mut tx, caller.account, name).await?;
        let deleted = sqlx::query("DELETE FROM exports WHERE environment_id = $1 AND id = $2")
            .bind(environment.id.0)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if deleted.rows_affected() == 0 {
            return Err(missing(&environment.name, id));
        }
        let event = Event::by(caller, client, "export.delete", format!("environment:{}", environment.name));
        audit::append(&mut tx, self.world.now(), event.with("export", id)).await?;
        tx.commit(&[]).await
    }

    /// Creates the environment that a manifest (YAML or JSON) describes, under another short name if one is given, and
    /// starts it.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming what is wrong in the manifest, and as [`Environments::create`]. When something
    /// fails after the environment was made, it is there, and the text says what is missing.
    pub async fn import(
        &self,
        caller: &Caller,
        client: &Client,
        manifest: &str,
        name: Option<&str>,
    ) -> Result<Environment> {
        may(caller)?;
        let mut manifest = read(manifest)?;
        if let (Some(name), Some(env)) = (name, manifest.env.as_object_mut()) {
            env.insert("shortdomain".to_owned(), json!(name));
        }
        let nodes = serde_json::to_string(&manifest.nodes).map_err(Error::internal)?;
        let spec = EnvironmentSpec::parse(&manifest.env.to_string(), &nodes)?;
        let operation = self.create(caller, client, spec).await?;
        let name = operation.environment.name.clone();
        // What is kept with it can be set while it starts.
        for (layer, facts) in &manifest.layers {
            if !facts.display_name.is_empty() {
                self.set_layer_display_name(caller, client, &name, layer, &facts.display_name).await?;
            }
            if !facts.data.is_empty() {
                let data = serde_json::to_string(&facts.data).map_err(Error::internal)?;
                self.apply_layer_data(caller, client, &name, layer, ("manifest", &data)).await?;
            }
        }
        if !manifest.env_groups.is_empty() {
            self.change_groups(caller, client, &name, GroupChange::Attach, &manifest.env_groups).await?;
        }
        if !manifest.properties.is_empty() {
            let properties = serde_json::to_string(&manifest.properties).map_err(Error::internal)?;
            self.keep_properties(caller, client, &name, &properties, true).await?;
        }
        operation.finished().await?;
        self.get(caller, &name).await
    }
}

fn read(text: &str) -> Result<Manifest> {
    let wrong = |why: String| Error::invalid("manifest", why);
    if text.len() > LONGEST {
        return Err(wrong(format!("a manifest has to be at most {} KiB", LONGEST >> 10)));
    }
    let manifest: Manifest = SIZE
        .read(text, SIZE.options())
        .map_err(|why| wrong(format!("it has to be a manifest as GetManifest gives it ({why})")))?;
    if manifest.keyrack != FORMAT {
        return Err(wrong(format!("its form is {}; this server reads form {FORMAT}", manifest.keyrack)));
    }
    if !manifest.env.is_object() {
        return Err(wrong("env has to be an object, as CreateEnvironment takes it".to_owned()));
    }
    Ok(manifest)
}

fn manifest(environment: &Environment, properties: Map<String, Value>) -> Manifest {
    let display = Some(&environment.display_name).filter(|name| **name != environment.name);
    let settings = &environment.settings;
    let mut env = json!({
        "shortdomain": environment.name,
        "displayName": display,
        "region": settings.region,
        "ishaenabled": settings.ha,
        "sslstate": settings.ssl,
    });
    drop_nulls(&mut env);
    let facts = |layer: &Layer| LayerFacts { display_name: layer.display_name.clone(), data: layer.data.clone() };
    let layers = environment.layers.iter().map(|layer| (layer.name.clone(), facts(layer)));
    Manifest {
        keyrack: FORMAT,
        env,
        env_groups: environment.groups.clone(),
        nodes: environment.layers.iter().flat_map(|layer| nodes(&layer.nodes)).collect(),
        layers: layers.filter(|(_, facts)| !facts.display_name.is_empty() || !facts.data.is_empty()).collect(),
        properties,
    }
}

/// Nodes one after another that are the same are one entry with a count.
fn nodes(nodes: &[Node]) -> Vec<Value> {
    let mut entries: Vec<(Value, u32)> = Vec::new();
    for node in nodes {
        let facts = &node.facts;
        let mut entry = json!({
            "nodeGroup": node.group,
            "nodeType": node.node_type,
            "image": node.image.to_string(),
            "fixedCloudlets": node.fixed_cloudlets,
            "flexibleCloudlets": node.flexible_cloudlets,
            "displayName": facts.display_name,
            "entrypoint": facts.entry_point,
            "cmd": facts.command,
            "env": facts.variables,
            "volumes": facts.volumes,
        });
        drop_nulls(&mut entry);
        match entries.last_mut() {
            Some((last, count)) if *last == entry => *count += 1,
            _ => entries.push((entry, 1)),
        }
    }
    let counted = |(mut entry, count): (Value, u32)| {
        entry["count"] = json!(count);
        entry
    };
    entries.into_iter().map(counted).collect()
}

/// Leaves out what is not set.
fn drop_nulls(value: &mut Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| {
            !value.is_null()
                && value.as_array().is_none_or(|items| !items.is_empty())
                && value.as_object().is_none_or(|fields| !fields.is_empty())
        });
    }
}

fn missing(name: &str, id: i64) -> Error {
    Error::NotFound(format!("environment “{name}” has no export {id}").into())
}
