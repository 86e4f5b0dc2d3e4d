//! Groups of environments. A group's name holds the way to it, `shops/berlin`; whoever removes or renames a group does so
//! with all below it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sqlx::Row;

use super::model::Environment;
use super::rows;
use crate::audit::{self, Event};
use crate::bounds::counts::{GROUP_NAME, GROUPS, GROUPS_AT_ONCE};
use crate::caller::{Caller, Client, Right};
use crate::environments::service::Environments;
use crate::error::{Error, Result};
use crate::field;
use crate::ids::AccountId;
use crate::store::{Tx, lock_account};
use crate::types::order::sort_by_name;
use crate::types::text::hidden;

/// A group of environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentGroup {
    pub id: i64,
    pub name: String,
    /// What clients keep with it.
    pub data: Map<String, Value>,
    /// Short names, sorted.
    pub environments: Vec<String>,
}

/// What becomes of an environment's groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupChange {
    /// It is put into these, which are made when they are not there.
    Attach,
    /// It is taken out of these.
    Detach,
    /// It is in these and no others.
    Set,
}

impl Environments {
    /// The account's groups, or those of one environment, sorted by name.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`].
    pub async fn groups(&self, caller: &Caller, environment: Option<&str>) -> Result<Vec<EnvironmentGroup>> {
        caller.require(Right::See)?;
        let only = match environment {
            Some(name) => Some(self.get(caller, name).await?.groups),
            None => None,
        };
        let mut members: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        let rows = sqlx::query(
            "SELECT m.group_id, e.name FROM environment_group_members m JOIN environments e ON e.id = m.environment_id \
             WHERE e.account_id = $1 AND e.wanted <> 'deleted' ORDER BY e.name",
        )
        .bind(caller.account.0)
        .fetch_all(self.store.read())
        .await?;
        for row in rows {
            members.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
        }
        let rows = sqlx::query("SELECT id, name, data FROM environment_groups WHERE account_id = $1")
            .bind(caller.account.0)
            .fetch_all(self.store.read())
            .await?;
        let mut groups = Vec::new();
        for row in rows {
            let (id, name): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
            if only.as_ref().is_none_or(|only| only.contains(&name)) {
                let data = serde_json::from_str(row.try_get(2)?).map_err(Error::internal)?;
                groups.push(EnvironmentGroup { id, name, data, environments: members.remove(&id).unwrap_or_default() });
            }
        }
        sort_by_name(&mut groups, |group| &group.name);
        Ok(groups)
    }

    /// Makes a group; with an environment, that is put into it.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::Invalid`], [`Error::Limit`], [`Error::NoEnvironment`].
    pub async fn create_group(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        data: Option<Map<String, Value>>,
        environment: Option<&str>,
    ) -> Result<()> {
        caller.require(Right::Operate)?;
        let (name, data) = (checked(field::Environment::Group, name)?, data.unwrap_or_default());
        let mut tx = self.store.begin().await?;
        lock_account(&mut tx, caller.account).await?;
        if find(&mut tx, caller.account, &name).await?.is_some() {
            return Err(Error::Exists(format!("there is a group “{name}” already").into()));
        }
        let id = self.insert_group(&mut tx, caller.account, &name, &data).await?;
        if let Some(environment) = environment {
            let environment = rows::find(&mut tx, caller.account, environment).await?;
            join(&mut tx, id, &environment).await?;
        }
        let event = Event::by(caller, client, "group.create", format!("group:{name}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        Ok(tx.commit().await?)
    }

    /// Renames a group with all below it, or changes its data.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Exists`] for a name that is taken, [`Error::Invalid`].
    pub async fn edit_group(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        new_name: Option<&str>,
        data: Option<Map<String, Value>>,
    ) -> Result<()> {
        caller.require(Right::Operate)?;
        let name = checked(field::Environment::Group, name)?;
        let new_name =
            new_name.map(|name| checked(field::Environment::NewGroup, name)).transpose()?.filter(|new| *new != name);
        let mut tx = self.store.begin().await?;
        lock_account(&mut tx, caller.account).await?;
        let id = find(&mut tx, caller.account, &name).await?.ok_or_else(|| missing(&name))?;
        if let Some(data) = data {
            let data = serde_json::to_string(&data).map_err(Error::internal)?;
            sqlx::query("UPDATE environment_groups SET data = $2 WHERE id = $1")
                .bind(id)
                .bind(data)
                .execute(&mut *tx)
                .await?;
        }
        if let Some(new) = &new_name {
            if new.starts_with(&format!("{name}/")) {
                return Err(Error::invalid(field::Environment::NewGroup, "a group cannot be put below itself"));
            }
            if find(&mut tx, caller.account, new).await?.is_some() {
                return Err(Error::Exists(format!("there is a group “{new}” already").into()));
            }
            for (id, old) in below(&mut tx, caller.account, &name).await? {
                let name = format!("{new}{}", &old[name.len()..]);
                sqlx::query("UPDATE environment_groups SET name = $2 WHERE id = $1")
                    .bind(id)
                    .bind(checked(field::Environment::NewGroup, &name)?)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        let event = Event::by(caller, client, "group.edit", format!("group:{name}")).with("name", new_name);
        audit::append(&mut tx, self.world.now(), event).await?;
        Ok(tx.commit().await?)
    }

    /// Removes a group with all below it; its environments stay.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_group(&self, caller: &Caller, client: &Client, name: &str) -> Result<()> {
        caller.require(Right::Operate)?;
        let name = checked(field::Environment::Group, name)?;
        let mut tx = self.store.begin().await?;
        find(&mut tx, caller.account, &name).await?.ok_or_else(|| missing(&name))?;
        for (id, _) in below(&mut tx, caller.account, &name).await? {
            sqlx::query("DELETE FROM environment_groups WHERE id = $1").bind(id).execute(&mut *tx).await?;
        }
        let event = Event::by(caller, client, "group.remove", format!("group:{name}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        Ok(tx.commit().await?)
    }

    /// Changes which groups an environment is in.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a group to be left that is not there, [`Error::Invalid`].
    pub async fn change_groups(
        &self,
        caller: &Caller,
        client: &Client,
        environment: &str,
        change: GroupChange,
        names: &[String],
    ) -> Result<()> {
        caller.require(Right::Operate)?;
        if names.len() > GROUPS_AT_ONCE {
            let why = format!("it can name at most {GROUPS_AT_ONCE} groups; these are {}", names.len());
            return Err(Error::invalid(field::Environment::Group, why));
        }
        let names = names.iter().map(|name| checked(field::Environment::Group, name)).collect::<Result<Vec<_>>>()?;
        let mut tx = self.store.begin().await?;
        lock_account(&mut tx, caller.account).await?;
        let environment = rows::find(&mut tx, caller.account, environment).await?;
        if change == GroupChange::Set {
            sqlx::query("DELETE FROM environment_group_members WHERE environment_id = $1")
                .bind(environment.id.0)
                .execute(&mut *tx)
                .await?;
        }
        for name in &names {
            match (find(&mut tx, caller.account, name).await?, change) {
                (Some(id), GroupChange::Detach) => leave(&mut tx, id, &environment).await?,
                (None, GroupChange::Detach) => return Err(missing(name)),
                (Some(id), _) => join(&mut tx, id, &environment).await?,
                (None, _) => {
                    let id = self.insert_group(&mut tx, caller.account, name, &Map::new()).await?;
                    join(&mut tx, id, &environment).await?;
                }
            }
        }
        let kind = match change {
            GroupChange::Attach => "group.attach",
            GroupChange::Detach => "group.detach",
            GroupChange::Set => "group.set",
        };
        let event = Event::by(caller, client, kind, format!("environment:{}", environment.name)).with("groups", names);
        audit::append(&mut tx, self.world.now(), event).await?;
        Ok(tx.commit().await?)
    }

    /// Makes a group; the caller of this holds the account.
    async fn insert_group(
        &self,
        tx: &mut Tx,
        account: AccountId,
        name: &str,
        data: &Map<String, Value>,
    ) -> Result<i64> {
        let row = sqlx::query("SELECT COUNT(*) FROM environment_groups WHERE account_id = $1")
            .bind(account.0)
            .fetch_one(&mut **tx)
            .await?;
        if row.try_get::<i64, _>(0)? >= GROUPS {
            return Err(Error::Limit(format!("an account can have {GROUPS} groups").into()));
        }
        let row = sqlx::query(
            "INSERT INTO environment_groups (account_id, name, data, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(account.0)
        .bind(name)
        .bind(serde_json::to_string(data).map_err(Error::internal)?)
        .bind(self.world.now().timestamp_millis())
        .fetch_one(&mut **tx)
        .await?;
        Ok(row.try_get(0)?)
    }
}

/// A name as it is kept: parts without blanks around them, joined by `/`.
fn checked(field: field::Environment, name: &str) -> Result<String> {
    let parts: Vec<_> = name.split('/').map(str::trim).filter(|part| !part.is_empty()).collect();
    let name = parts.join("/");
    if name.is_empty() || name.chars().count() > GROUP_NAME || hidden(&name).is_some() {
        let why =
            format!("the name of a group has 1 to {GROUP_NAME} characters, and no control or invisible characters");
        return Err(Error::invalid(field, why));
    }
    Ok(name)
}

fn missing(name: &str) -> Error {
    Error::NotFound(format!("there is no group “{name}”").into())
}

async fn find(tx: &mut Tx, account: AccountId, name: &str) -> Result<Option<i64>> {
    let row = sqlx::query("SELECT id FROM environment_groups WHERE account_id = $1 AND name = $2")
        .bind(account.0)
        .bind(name)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// The group and all below it.
async fn below(tx: &mut Tx, account: AccountId, name: &str) -> Result<Vec<(i64, String)>> {
    let all: Vec<(i64, String)> = sqlx::query_as("SELECT id, name FROM environment_groups WHERE account_id = $1")
        .bind(account.0)
        .fetch_all(&mut **tx)
        .await?;
    let prefix = format!("{name}/");
    Ok(all.into_iter().filter(|(_, other)| *other == name || other.starts_with(&prefix)).collect())
}

async fn join(tx: &mut Tx, group: i64, environment: &Environment) -> Result<()> {
    sqlx::query(
        "INSERT INTO environment_group_members (group_id, environment_id) VALUES ($1, $2) \
         ON CONFLICT (group_id, environment_id) DO NOTHING",
    )
    .bind(group)
    .bind(environment.id.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn leave(tx: &mut Tx, group: i64, environment: &Environment) -> Result<()> {
    sqlx::query("DELETE FROM environment_group_members WHERE group_id = $1 AND environment_id = $2")
        .bind(group)
        .bind(environment.id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
