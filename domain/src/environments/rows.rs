//! Environments as the store keeps them.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::deployments::Deployment;
use super::model::{Environment, EnvironmentSettings, Layer, Node, NodeFacts};
use super::name;
use crate::cluster::{Placement, placement_sql};
use crate::engine::{ImageRef, NodeAddress};
use crate::error::{Error, Result};
use crate::ids::{AccountId, EnvironmentId, NodeId, UserId};
use crate::store::Dialect;
use crate::types::environments::EnvStatus;
use crate::types::order::sort_by_name;
use crate::world::from_millis;

/// What is wanted of an environment, as the store writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DesiredState {
    Running,
    Stopped,
    Sleeping,
    Deleted,
}

impl DesiredState {
    pub const fn word(self) -> &'static str {
        match self {
            DesiredState::Running => "running",
            DesiredState::Stopped => "stopped",
            DesiredState::Sleeping => "sleeping",
            DesiredState::Deleted => "deleted",
        }
    }

    pub fn by_word(word: &str) -> Result<DesiredState> {
        [DesiredState::Running, DesiredState::Stopped, DesiredState::Sleeping, DesiredState::Deleted]
            .into_iter()
            .find(|desired_state| desired_state.word() == word)
            .ok_or_else(|| Error::internal(format!("an environment is wanted “{word}”")))
    }
}

/// Which environments to read. Those that are being deleted are there only for [`Which::Id`].
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    All(AccountId),
    Named(AccountId, &'a str),
    Id(EnvironmentId),
}

/// Reads environments with their layers and nodes, sorted by name.
pub async fn read(connection: &mut AnyConnection, which: Which<'_>) -> Result<Vec<Environment>> {
    let condition = match which {
        Which::All(_) => "e.account_id = $1 AND e.wanted <> 'deleted'",
        Which::Named(..) => "e.account_id = $1 AND e.wanted <> 'deleted' AND (e.name = $2 OR e.appid = $2)",
        Which::Id(_) => "e.id = $1",
    };
    let dialect = if connection.backend_name() == "SQLite" { Dialect::Sqlite } else { Dialect::Postgres };
    let placement = placement_sql(dialect);
    let environments = format!(
        "SELECT e.id, e.account_id, e.creator_id, e.name, e.display_name, e.appid, e.status, e.settings, e.failure, \
         e.created_at, (SELECT MIN(m.user_id) FROM memberships m WHERE m.account_id = e.account_id AND m.role = 'owner'), \
         {placement} \
         FROM environments e LEFT JOIN servers s ON s.id = e.server WHERE {condition} ORDER BY e.name"
    );
    let nodes = format!(
        "SELECT n.environment_id, n.id, n.node_group, n.node_type, n.image, n.tag, n.is_master, n.fixed_cloudlets, \
         n.flexible_cloudlets, n.port, n.spec FROM nodes n JOIN environments e ON e.id = n.environment_id \
         WHERE {condition} ORDER BY n.id"
    );
    let mut layers: HashMap<i64, Vec<Layer>> = HashMap::new();
    for row in query(&mut *connection, nodes, which).await? {
        let environment: i64 = row.try_get(0)?;
        let mut node = node(&row)?;
        let layers = layers.entry(environment).or_default();
        match layers.iter_mut().find(|layer| layer.name == node.group) {
            Some(layer) => {
                node.number = layer.nodes.len() as u32 + 1;
                layer.nodes.push(node);
            }
            None => layers.push(Layer {
                name: node.group.clone(),
                display_name: String::new(),
                data: serde_json::Map::new(),
                deployments: Vec::new(),
                nodes: vec![node],
            }),
        }
    }
    let facts = format!(
        "SELECT l.environment_id, l.node_group, l.display_name, l.data FROM layers l \
         JOIN environments e ON e.id = l.environment_id WHERE {condition}"
    );
    for row in query(&mut *connection, facts, which).await? {
        let name: String = row.try_get(1)?;
        // What is kept of a layer may outlive its nodes.
        let found =
            layers.get_mut(&row.try_get(0)?).and_then(|layers| layers.iter_mut().find(|layer| layer.name == name));
        if let Some(layer) = found {
            layer.display_name = row.try_get(2)?;
            layer.data = serde_json::from_str(row.try_get(3)?).map_err(Error::internal)?;
        }
    }
    let deployed = format!(
        "SELECT d.environment_id, d.node_group, d.context, d.archive, d.size, d.hooks, d.user_id, d.deployed_at \
         FROM deployments d JOIN environments e ON e.id = d.environment_id WHERE {condition} ORDER BY d.context"
    );
    for row in query(&mut *connection, deployed, which).await? {
        let name: String = row.try_get(1)?;
        let found =
            layers.get_mut(&row.try_get(0)?).and_then(|layers| layers.iter_mut().find(|layer| layer.name == name));
        if let Some(layer) = found {
            layer.deployments.push(deployment(&row)?);
        }
    }
    let members = format!(
        "SELECT m.environment_id, g.name FROM environment_group_members m JOIN environment_groups g ON g.id = m.group_id \
         JOIN environments e ON e.id = m.environment_id WHERE {condition}"
    );
    let mut groups: HashMap<i64, Vec<String>> = HashMap::new();
    for row in query(&mut *connection, members, which).await? {
        groups.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
    }
    groups.values_mut().for_each(|names| sort_by_name(names, |name| name));
    query(connection, environments, which)
        .await?
        .iter()
        .map(|row| {
            let id: i64 = row.try_get(0)?;
            environment(row, layers.remove(&id).unwrap_or_default(), groups.remove(&id).unwrap_or_default())
        })
        .collect()
}

/// The one environment that a client names by its short name, its domain or its appid.
///
/// # Errors
/// [`Error::NoEnvironment`].
pub async fn find(connection: &mut AnyConnection, account: AccountId, written: &str) -> Result<Environment> {
    let key = name::key(written);
    read(connection, Which::Named(account, &key))
        .await?
        .pop()
        .ok_or_else(|| Error::NoEnvironment(written.trim().chars().take(100).collect()))
}

async fn query(connection: &mut AnyConnection, sql: String, which: Which<'_>) -> Result<Vec<AnyRow>> {
    // Put together above from fixed parts only.
    let query = sqlx::query(sqlx::AssertSqlSafe(sql));
    let query = match which {
        Which::All(account) => query.bind(account.0),
        Which::Named(account, key) => query.bind(account.0).bind(key.to_owned()),
        Which::Id(id) => query.bind(id.0),
    };
    Ok(query.fetch_all(connection).await?)
}

fn environment(row: &AnyRow, mut layers: Vec<Layer>, groups: Vec<String>) -> Result<Environment> {
    let (name, display_name): (String, String) = (row.try_get(3)?, row.try_get(4)?);
    let status = status(row.try_get(6)?)?;
    let failure: String = row.try_get(8)?;
    for node in layers.iter_mut().flat_map(|layer| &mut layer.nodes) {
        node.status = status;
    }
    let creator = UserId(row.try_get(2)?);
    Ok(Environment {
        id: EnvironmentId(row.try_get(0)?),
        account: AccountId(row.try_get(1)?),
        owner: row.try_get::<Option<i64>, _>(10)?.map_or(creator, UserId),
        creator,
        display_name: if display_name.is_empty() { name.clone() } else { display_name },
        name,
        appid: row.try_get(5)?,
        status,
        settings: serde_json::from_str::<EnvironmentSettings>(row.try_get(7)?).map_err(Error::internal)?,
        failure: serde_json::from_str(&failure).ok(),
        created: from_millis(row.try_get(9)?),
        placement: Placement::read(row, 11)?,
        groups,
        layers,
    })
}

fn deployment(row: &AnyRow) -> Result<Deployment> {
    Ok(Deployment {
        context: row.try_get(2)?,
        archive: row.try_get(3)?,
        size: u64::try_from(row.try_get::<i64, _>(4)?).unwrap_or_default(),
        hooks: serde_json::from_str(row.try_get(5)?).map_err(Error::internal)?,
        user: UserId(row.try_get(6)?),
        deployed: from_millis(row.try_get(7)?),
    })
}

fn node(row: &AnyRow) -> Result<Node> {
    let number = |index: usize| -> Result<u32> { Ok(u32::try_from(row.try_get::<i64, _>(index)?).unwrap_or(0)) };
    Ok(Node {
        id: NodeId(row.try_get(1)?),
        group: row.try_get(2)?,
        node_type: row.try_get(3)?,
        image: ImageRef { name: row.try_get(4)?, tag: row.try_get(5)? },
        master: row.try_get::<i64, _>(6)? != 0,
        number: 1,
        fixed_cloudlets: number(7)?,
        flexible_cloudlets: number(8)?,
        address: NodeAddress::at(u16::try_from(row.try_get::<i64, _>(9)?).map_err(Error::internal)?),
        facts: serde_json::from_str::<NodeFacts>(row.try_get(10)?).map_err(Error::internal)?,
        status: EnvStatus::Stopped,
    })
}

/// The status with this number.
///
/// # Errors
/// [`Error::Internal`] for a number that is none: damaged data.
pub fn status(code: i64) -> Result<EnvStatus> {
    EnvStatus::by_code(code).ok_or_else(|| Error::internal(format!("an environment has status {code}")))
}
