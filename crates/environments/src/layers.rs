//! What is set of a layer apart from its nodes, and what clients keep with an environment.

use serde_json::{Map, Value};

use super::changes::NodeChoice;
use super::held_nodes::hold;
use super::model::{Environment, Layer};
use super::rows;
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::store::Tx;
use keyrack_types::bounds::nodes::DATA;
use keyrack_types::environment_name;

keyrack_core::store::row! {
    struct PropertyRow {
        name: String,
        value: String,
    }
}

impl Environments {
    /// Gives a node the name that people see; an empty one takes it back.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`], [`Error::Invalid`].
    pub async fn set_node_display_name(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        node: i64,
        display: &str,
    ) -> Result<()> {
        let display = check_display(display)?;
        let choice = NodeChoice::Ids(vec![node]);
        let details = [("to", display.clone().into())];
        self.change_nodes(caller, client, name, &choice, "node.rename", &details, |node| {
            node.facts.display_name = Some(display.clone()).filter(|display| !display.is_empty());
            Ok(())
        })
        .await
        .map(drop)
    }

    /// Gives a layer the name that people see; an empty one takes it back.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`], [`Error::Invalid`].
    pub async fn set_layer_display_name(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        group: &str,
        display: &str,
    ) -> Result<()> {
        let display = check_display(display)?;
        let event = ("layer.rename", Map::from_iter([("to".to_owned(), display.clone().into())]));
        self.change_layer(caller, client, name, group, event, |layer| {
            layer.0 = display;
            Ok(())
        })
        .await
    }

    /// Puts values into what clients keep with a layer; `null` takes one out.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`], [`Error::Invalid`], [`Error::Limit`].
    pub async fn apply_layer_data(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        group: &str,
        data: Map<String, Value>,
    ) -> Result<()> {
        let keys: Vec<_> = data.keys().cloned().collect();
        let event = ("layer.apply", Map::from_iter([("names".to_owned(), keys.into())]));
        self.change_layer(caller, client, name, group, event, |layer| {
            merge(&mut layer.1, data);
            Ok(())
        })
        .await
    }

    async fn change_layer(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        group: &str,
        (kind, details): (&'static str, Map<String, Value>),
        change: impl FnOnce(&mut (String, Map<String, Value>)) -> Result<()>,
    ) -> Result<()> {
        caller.require(Right::Operate)?;
        let mut tx = self.store.begin().await?;
        let environment = rows::find(&mut tx, caller, name).await?;
        let environment = hold(&mut tx, environment).await?;
        let choice = NodeChoice::Group(group.to_owned());
        let group = choice.of(&environment)?[0].group.clone();
        let layer = environment.layers.iter().find(|layer| layer.name == group);
        let layer = layer.ok_or_else(|| Error::internal("a layer with nodes is not there"))?;
        let mut changed = (layer.display_name.clone(), layer.data.clone());
        change(&mut changed)?;
        let data = written(&changed.1)?;
        sqlx::query(
            "INSERT INTO layers (environment_id, node_group, display_name, data) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (environment_id, node_group) DO UPDATE SET display_name = excluded.display_name, \
             data = excluded.data",
        )
        .bind(environment.id.0)
        .bind(&group)
        .bind(changed.0)
        .bind(data)
        .execute(&mut *tx)
        .await?;
        let mut event =
            Event::by(caller, client, kind, format!("environment:{}", environment.name)).with("layer", group);
        event.details.extend(details);
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
    }

    /// What clients keep with an environment: the values under these names, or all.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`].
    pub async fn properties(&self, caller: &Caller, name: &str, keys: &[String]) -> Result<Map<String, Value>> {
        let environment = self.get(caller, name).await?;
        let rows = sqlx::query_as::<_, PropertyRow>(
            "SELECT name, value FROM environment_properties WHERE environment_id = $1 ORDER BY name",
        )
        .bind(environment.id.0)
        .fetch_all(self.store.read())
        .await?;
        let mut properties = Map::new();
        for row in rows {
            if keys.is_empty() || keys.contains(&row.name) {
                properties.insert(row.name, serde_json::from_str(&row.value).map_err(Error::internal)?);
            }
        }
        Ok(properties)
    }

    /// A layer with what clients keep with it, which may hold secrets: it is noted who reads it.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`]; [`Error::NotFound`] for a layer that is not there.
    pub async fn read_layer(&self, caller: &Caller, client: &Client, name: &str, group: &str) -> Result<Layer> {
        let environment = self.get(caller, name).await?;
        let found = environment.layers.into_iter().find(|layer| layer.name.eq_ignore_ascii_case(group));
        let layer = found.ok_or_else(|| {
            Error::NotFound(format!("environment “{}” has no layer “{group}”", environment.name).into())
        })?;
        if !layer.data.is_empty() {
            let read = Event::by(caller, client, "layer.read", format!("environment:{}", environment.name));
            self.note_read(read.with("layer", layer.name.clone()));
        }
        Ok(layer)
    }

    /// As [`Environments::properties`], for a caller who gets them: the read is audited.
    ///
    /// # Errors
    /// As there.
    pub async fn read_properties(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        keys: &[String],
    ) -> Result<Map<String, Value>> {
        let environment = self.get(caller, name).await?;
        let properties = self.properties(caller, name, keys).await?;
        self.note_read(Event::by(caller, client, "properties.read", format!("environment:{}", environment.name)));
        Ok(properties)
    }

    /// Keeps values with an environment. Unless `replace`, none may be there already.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::Exists`], [`Error::Invalid`], [`Error::Limit`].
    pub async fn keep_properties(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        properties: Map<String, Value>,
        replace: bool,
    ) -> Result<()> {
        caller.require(Right::Operate)?;
        let mut tx = self.store.begin().await?;
        let environment = rows::find(&mut tx, caller, name).await?;
        let environment = hold(&mut tx, environment).await?;
        let mut kept = kept(&mut tx, &environment).await?;
        if let Some(taken) = properties.keys().find(|key| !replace && kept.contains_key(*key)) {
            return Err(Error::Exists(format!("there is a property “{taken}” already").into()));
        }
        for (key, value) in &properties {
            sqlx::query(
                "INSERT INTO environment_properties (environment_id, name, value) VALUES ($1, $2, $3) \
                 ON CONFLICT (environment_id, name) DO UPDATE SET value = excluded.value",
            )
            .bind(environment.id.0)
            .bind(key)
            .bind(value.to_string())
            .execute(&mut *tx)
            .await?;
        }
        let names: Vec<_> = properties.keys().cloned().collect();
        kept.extend(properties);
        written(&kept)?;
        let event = Event::by(caller, client, "properties.keep", format!("environment:{}", environment.name));
        audit::append(&mut tx, self.world.now(), event.with("names", names)).await?;
        tx.commit(&[]).await
    }

    /// Forgets values that were kept with an environment; one that is not there is none too many.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`].
    pub async fn forget_properties(&self, caller: &Caller, client: &Client, name: &str, keys: &[String]) -> Result<()> {
        caller.require(Right::Operate)?;
        let mut tx = self.store.begin().await?;
        let environment = rows::find(&mut tx, caller, name).await?;
        for key in keys {
            sqlx::query("DELETE FROM environment_properties WHERE environment_id = $1 AND name = $2")
                .bind(environment.id.0)
                .bind(key)
                .execute(&mut *tx)
                .await?;
        }
        let event = Event::by(caller, client, "properties.forget", format!("environment:{}", environment.name));
        audit::append(&mut tx, self.world.now(), event.with("names", keys)).await?;
        tx.commit(&[]).await
    }
}

async fn kept(tx: &mut Tx, environment: &Environment) -> Result<Map<String, Value>> {
    let rows =
        sqlx::query_as::<_, PropertyRow>("SELECT name, value FROM environment_properties WHERE environment_id = $1")
            .bind(environment.id.0)
            .fetch_all(&mut **tx)
            .await?;
    rows.into_iter().map(|row| Ok((row.name, serde_json::from_str(&row.value).map_err(Error::internal)?))).collect()
}

fn check_display(display: &str) -> Result<String> {
    let display = display.trim();
    environment_name::check_display(display).map_err(|why| Error::invalid(field::Environment::DisplayName, why))?;
    Ok(display.to_owned())
}

fn merge(into: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, value) in more {
        if value.is_null() {
            into.remove(&key);
        } else {
            into.insert(key, value);
        }
    }
}

/// As JSON, unless it is too much.
fn written(data: &Map<String, Value>) -> Result<String> {
    let text = serde_json::to_string(data).map_err(Error::internal)?;
    if text.len() > DATA {
        return Err(Error::Limit(format!("at most {DATA} bytes can be kept here").into()));
    }
    Ok(text)
}
