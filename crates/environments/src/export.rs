//! What an environment is described with for another one to be made of it, and the descriptions that are kept, as manifests
//! whose form is the door's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::groups::{GroupChange, check_new_groups};
use super::inside::may;
use super::model::{Environment, Layer, Node};
use super::rows;
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_types::bounds::counts::EXPORTS;
use keyrack_types::topology::{EnvironmentSpec, NodesSpec};

/// An environment without its files: what its owner set, and what clients keep with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    pub spec: EnvironmentSpec,
    pub groups: Vec<String>,
    /// What is set of layers apart from their nodes, by the layer's name; those of which nothing is set are left out.
    pub layers: BTreeMap<String, LayerDescription>,
    pub properties: Map<String, Value>,
}

/// What is set of a layer apart from its nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerDescription {
    /// Empty unless set.
    pub display_name: String,
    pub data: Map<String, Value>,
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
    /// An environment as it is now. It holds variables, and so maybe secrets.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoEnvironment`].
    pub async fn describe(&self, caller: &Caller, name: &str) -> Result<Description> {
        may(caller)?;
        let environment = self.get(caller, name).await?;
        let properties = self.properties(caller, name, &[]).await?;
        Ok(described(environment, properties))
    }

    /// Keeps a manifest of an environment.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoEnvironment`], [`Error::Limit`].
    pub async fn export(&self, caller: &Caller, client: &Client, name: &str, manifest: &str) -> Result<Export> {
        may(caller)?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        tx.lock_account(caller.account).await?;
        let environment = rows::find(&mut tx, caller, name).await?;
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
        .bind(manifest)
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
        let environment = rows::find(&mut tx, caller, name).await?;
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

    /// Creates the environment that is described, and starts it.
    ///
    /// # Errors
    /// As [`Environments::create`]. When something fails after the environment was made, it is there, and the text says what is
    /// missing.
    pub async fn import(&self, caller: &Caller, client: &Client, description: Description) -> Result<Environment> {
        may(caller)?;
        let Description { spec, groups, layers, properties } = description;
        check_new_groups(caller, &groups)?;
        let operation = self.create(caller, client, spec).await?;
        let name = operation.environment.name.clone();
        // What is kept with it can be set while it starts.
        for (layer, LayerDescription { display_name, data }) in layers {
            if !display_name.is_empty() {
                self.set_layer_display_name(caller, client, &name, &layer, &display_name).await?;
            }
            if !data.is_empty() {
                self.apply_layer_data(caller, client, &name, &layer, data).await?;
            }
        }
        if !groups.is_empty() {
            self.change_groups(caller, client, &name, GroupChange::Attach, &groups).await?;
        }
        if !properties.is_empty() {
            self.keep_properties(caller, client, &name, properties, true).await?;
        }
        operation.finished().await?;
        self.get(caller, &name).await
    }
}

fn described(environment: Environment, properties: Map<String, Value>) -> Description {
    let Environment { name, display_name, settings, groups, layers, .. } = environment;
    let nodes = layers.iter().flat_map(|layer| nodes(&layer.nodes)).collect();
    let facts = |layer: Layer| (layer.name, LayerDescription { display_name: layer.display_name, data: layer.data });
    let is_set = |facts: &LayerDescription| !facts.display_name.is_empty() || !facts.data.is_empty();
    Description {
        spec: EnvironmentSpec {
            display_name: Some(display_name).filter(|display_name| *display_name != name),
            name: Some(name),
            region: settings.region,
            ha: settings.ha,
            ssl: settings.ssl,
            nodes,
        },
        groups,
        layers: layers.into_iter().map(facts).filter(|(_, facts)| is_set(facts)).collect(),
        properties,
    }
}

/// Nodes one after another that are the same are one entry with a count.
fn nodes(nodes: &[Node]) -> Vec<NodesSpec> {
    let mut entries: Vec<NodesSpec> = Vec::new();
    for node in nodes {
        let facts = &node.facts;
        let entry = NodesSpec {
            group: node.group.clone(),
            node_type: node.node_type.clone(),
            count: 1,
            image: node.image.clone(),
            command: facts.command.clone(),
            entry_point: facts.entry_point.clone(),
            variables: facts.variables.clone(),
            display_name: facts.display_name.clone(),
            volumes: facts.volumes.clone(),
            fixed_cloudlets: node.fixed_cloudlets,
            flexible_cloudlets: node.flexible_cloudlets,
        };
        match entries.last_mut() {
            Some(last) if (NodesSpec { count: 1, ..last.clone() }) == entry => last.count += 1,
            _ => entries.push(entry),
        }
    }
    entries
}

fn missing(name: &str, id: i64) -> Error {
    Error::NotFound(format!("environment “{name}” has no export {id}").into())
}
