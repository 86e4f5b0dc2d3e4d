//! Environments as the store keeps them. Nothing reads one without saying for whom: a caller, which finds what it reaches; whoever
//! has found it before; the server itself.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow};

use super::deployments::Deployment;
use super::model::{Environment, EnvironmentSettings, Layer, Node, NodeFacts};
use super::reach::limiting_token;
use crate::within_reach;
use keyrack_core::caller::Caller;
use keyrack_core::cluster::Placement;
use keyrack_core::error::{Error, Result};
use keyrack_engine::{ImageRef, NodeAddress};
use keyrack_types::environment_name;
use keyrack_types::environments::EnvStatus;
use keyrack_types::ids::{AccountId, EnvironmentId, NodeId, ServerId, UserId};
use keyrack_types::order::sort_by_name;

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

/// Which environments to read. A caller finds those that it reaches. Those that are being deleted are there only for
/// [`Which::Id`].
#[derive(Clone, Copy)]
enum Which<'a> {
    All(&'a Caller),
    Named(&'a Caller, &'a str),
    Id(EnvironmentId),
}

/// What reads environments, and all that belongs to them.
struct Texts {
    environments: (&'static str, &'static str),
    nodes: &'static str,
    layers: &'static str,
    deployments: &'static str,
    groups: &'static str,
}

macro_rules! environments {
    ($dialect:ident, $condition:expr) => {
        concat!(
            "SELECT e.id, e.account_id, e.creator_id, e.name, e.display_name, e.appid, e.status, e.settings, e.failure, ",
            "e.created_at, (SELECT MIN(m.user_id) FROM memberships m WHERE m.account_id = e.account_id AND m.role = 'owner') ",
            "AS owner_id, ",
            keyrack_core::placement_sql!($dialect),
            " FROM environments e LEFT JOIN servers s ON s.id = e.server WHERE ",
            $condition,
            " ORDER BY e.name"
        )
    };
}

/// The texts for those environments that a condition names.
macro_rules! texts {
    ($condition:expr) => {
        Texts {
            environments: (environments!(Sqlite, $condition), environments!(Postgres, $condition)),
            nodes: concat!(
                "SELECT n.environment_id, n.id, n.node_group, n.node_type, n.image, n.tag, n.is_master, n.fixed_cloudlets, ",
                "n.flexible_cloudlets, n.port, n.spec FROM nodes n JOIN environments e ON e.id = n.environment_id WHERE ",
                $condition,
                " ORDER BY n.id"
            ),
            layers: concat!(
                "SELECT l.environment_id, l.node_group, l.display_name, l.data FROM layers l ",
                "JOIN environments e ON e.id = l.environment_id WHERE ",
                $condition
            ),
            deployments: concat!(
                "SELECT d.environment_id, d.node_group, d.context, d.archive, d.size, d.hooks, d.user_id, d.deployed_at ",
                "FROM deployments d JOIN environments e ON e.id = d.environment_id WHERE ",
                $condition,
                " ORDER BY d.context"
            ),
            groups: concat!(
                "SELECT m.environment_id, g.name FROM environment_group_members m ",
                "JOIN environment_groups g ON g.id = m.group_id JOIN environments e ON e.id = m.environment_id WHERE ",
                $condition
            ),
        }
    };
}

const ALL: Texts = texts!(concat!("e.account_id = $1 AND e.wanted <> 'deleted' AND ", within_reach!("e.id", "$2")));
const NAMED: Texts = texts!(concat!(
    "e.account_id = $1 AND e.wanted <> 'deleted' AND (e.name = $3 OR e.appid = $3) AND ",
    within_reach!("e.id", "$2")
));
const BY_ID: Texts = texts!("e.id = $1");

keyrack_core::store::row! {
    struct EnvironmentRow {
        id: EnvironmentId,
        account_id: AccountId,
        creator_id: UserId,
        name: String,
        display_name: String,
        appid: String,
        status: i64,
        settings: String,
        failure: String,
        created_at: DateTime<Utc>,
        owner_id: Option<UserId>,
        server_id: Option<ServerId>,
        server_address: String,
        server_alive: bool,
    }

    struct NodeRow {
        environment_id: EnvironmentId,
        id: NodeId,
        node_group: String,
        node_type: String,
        image: String,
        tag: String,
        is_master: bool,
        fixed_cloudlets: i64,
        flexible_cloudlets: i64,
        port: i64,
        spec: String,
    }

    struct LayerRow {
        environment_id: EnvironmentId,
        node_group: String,
        display_name: String,
        data: String,
    }

    struct DeploymentRow {
        environment_id: EnvironmentId,
        node_group: String,
        context: String,
        archive: String,
        size: i64,
        hooks: String,
        user_id: UserId,
        deployed_at: DateTime<Utc>,
    }

    struct GroupRow {
        environment_id: EnvironmentId,
        name: String,
    }
}

/// The layers of each environment.
type Layers = HashMap<EnvironmentId, Vec<Layer>>;

/// The environments that the caller reaches, sorted by name.
pub async fn list(connection: &mut AnyConnection, caller: &Caller) -> Result<Vec<Environment>> {
    read(connection, Which::All(caller)).await
}

/// The one environment that a client names by its short name, its domain or its appid.
///
/// # Errors
/// [`Error::NoEnvironment`], also for one that the caller does not reach.
pub async fn find(connection: &mut AnyConnection, caller: &Caller, written: &str) -> Result<Environment> {
    let key = environment_name::key(written);
    read(connection, Which::Named(caller, &key))
        .await?
        .pop()
        .ok_or_else(|| Error::NoEnvironment(written.trim().chars().take(100).collect()))
}

/// An environment that was read before, as it is now.
///
/// # Errors
/// [`Error::NoEnvironment`] when it is gone.
pub async fn again(connection: &mut AnyConnection, environment: &Environment) -> Result<Environment> {
    let read = read(connection, Which::Id(environment.id)).await?.pop();
    read.ok_or_else(|| Error::NoEnvironment(environment.name.clone()))
}

/// An environment for what the server does by itself, or has just made.
pub async fn for_server(connection: &mut AnyConnection, id: EnvironmentId) -> Result<Option<Environment>> {
    Ok(read(connection, Which::Id(id)).await?.pop())
}

/// Reads environments with their layers and nodes, sorted by name.
async fn read(connection: &mut AnyConnection, which: Which<'_>) -> Result<Vec<Environment>> {
    let texts = match which {
        Which::All(_) => &ALL,
        Which::Named(..) => &NAMED,
        Which::Id(_) => &BY_ID,
    };
    let mut layers: Layers = HashMap::new();
    for row in query::<NodeRow>(&mut *connection, texts.nodes, which).await? {
        let layers = layers.entry(row.environment_id).or_default();
        let mut node = node(row)?;
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
    for row in query::<LayerRow>(&mut *connection, texts.layers, which).await? {
        // What is kept of a layer may outlive its nodes.
        if let Some(layer) = layer_of(&mut layers, row.environment_id, &row.node_group) {
            layer.display_name = row.display_name;
            layer.data = serde_json::from_str(&row.data).map_err(Error::internal)?;
        }
    }
    for row in query::<DeploymentRow>(&mut *connection, texts.deployments, which).await? {
        if let Some(layer) = layer_of(&mut layers, row.environment_id, &row.node_group) {
            layer.deployments.push(deployment(row)?);
        }
    }
    let mut groups: HashMap<EnvironmentId, Vec<String>> = HashMap::new();
    for row in query::<GroupRow>(&mut *connection, texts.groups, which).await? {
        groups.entry(row.environment_id).or_default().push(row.name);
    }
    groups.values_mut().for_each(|names| sort_by_name(names, |name| name));
    let (sqlite, postgres) = texts.environments;
    let environments = if connection.backend_name() == "SQLite" { sqlite } else { postgres };
    query::<EnvironmentRow>(connection, environments, which)
        .await?
        .into_iter()
        .map(|row| {
            let layers = layers.remove(&row.id).unwrap_or_default();
            let groups = groups.remove(&row.id).unwrap_or_default();
            environment(row, layers, groups)
        })
        .collect()
}

fn layer_of<'a>(layers: &'a mut Layers, environment: EnvironmentId, name: &str) -> Option<&'a mut Layer> {
    layers.get_mut(&environment)?.iter_mut().find(|layer| layer.name == name)
}

async fn query<T: for<'r> FromRow<'r, AnyRow> + Send + Unpin>(
    connection: &mut AnyConnection,
    text: &'static str,
    which: Which<'_>,
) -> Result<Vec<T>> {
    let query = sqlx::query_as::<_, T>(text);
    let query = match which {
        Which::All(caller) => query.bind(caller.account.0).bind(limiting_token(caller)),
        Which::Named(caller, key) => query.bind(caller.account.0).bind(limiting_token(caller)).bind(key.to_owned()),
        Which::Id(id) => query.bind(id.0),
    };
    Ok(query.fetch_all(connection).await?)
}

fn environment(row: EnvironmentRow, mut layers: Vec<Layer>, groups: Vec<String>) -> Result<Environment> {
    let status = status(row.status)?;
    for node in layers.iter_mut().flat_map(|layer| &mut layer.nodes) {
        node.status = status;
    }
    Ok(Environment {
        id: row.id,
        account: row.account_id,
        owner: row.owner_id.unwrap_or(row.creator_id),
        creator: row.creator_id,
        display_name: if row.display_name.is_empty() { row.name.clone() } else { row.display_name },
        name: row.name,
        appid: row.appid,
        status,
        settings: serde_json::from_str::<EnvironmentSettings>(&row.settings).map_err(Error::internal)?,
        failure: serde_json::from_str(&row.failure).ok(),
        created: row.created_at,
        placement: Placement::new(row.server_id, row.server_address, row.server_alive),
        groups,
        layers,
    })
}

fn deployment(row: DeploymentRow) -> Result<Deployment> {
    Ok(Deployment {
        context: row.context,
        archive: row.archive,
        size: u64::try_from(row.size).unwrap_or_default(),
        hooks: serde_json::from_str(&row.hooks).map_err(Error::internal)?,
        user: row.user_id,
        deployed: row.deployed_at,
    })
}

fn node(row: NodeRow) -> Result<Node> {
    Ok(Node {
        id: row.id,
        group: row.node_group,
        node_type: row.node_type,
        image: ImageRef { name: row.image, tag: row.tag },
        master: row.is_master,
        number: 1,
        fixed_cloudlets: u32::try_from(row.fixed_cloudlets).unwrap_or(0),
        flexible_cloudlets: u32::try_from(row.flexible_cloudlets).unwrap_or(0),
        address: NodeAddress::at(u16::try_from(row.port).map_err(Error::internal)?),
        facts: serde_json::from_str::<NodeFacts>(&row.spec).map_err(Error::internal)?,
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
