//! Groups of environments. They are the account's: a token that is limited to environments has nothing to do with them. A group's name holds the way to it, `shops/berlin`; whoever removes or renames a group does so
//! with all below it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::model::Environment;
use super::rows;
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::store::Tx;
use keyrack_types::bounds::counts::{GROUP_NAME, GROUPS, GROUPS_AT_ONCE};
use keyrack_types::ids::AccountId;
use keyrack_types::order::sort_by_name;
use keyrack_types::text::hidden;

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

keyrack_core::store::row! {
    struct GroupRow {
        id: i64,
        name: String,
        data: String,
    }

    /// An environment in a group.
    struct Grouped {
        group_id: i64,
        name: String,
    }

    struct NamedGroup {
        id: i64,
        name: String,
    }
}

impl Environments {
    /// The account's groups, or those of one environment, sorted by name.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`].
    pub async fn groups(&self, caller: &Caller, environment: Option<&str>) -> Result<Vec<EnvironmentGroup>> {
        caller.require(Right::See)?;
        caller.require_account()?;
        let only = match environment {
            Some(name) => Some(self.get(caller, name).await?.groups),
            None => None,
        };
        let mut members: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        let rows = sqlx::query_as::<_, Grouped>(
            "SELECT m.group_id, e.name FROM environment_group_members m JOIN environments e ON e.id = m.environment_id \
             WHERE e.account_id = $1 AND e.wanted <> 'deleted' ORDER BY e.name",
        )
        .bind(caller.account.0)
        .fetch_all(self.store.read())
        .await?;
        for row in rows {
            members.entry(row.group_id).or_default().push(row.name);
        }
        let rows = sqlx::query_as::<_, GroupRow>("SELECT id, name, data FROM environment_groups WHERE account_id = $1")
            .bind(caller.account.0)
            .fetch_all(self.store.read())
            .await?;
        let mut groups = Vec::new();
        for GroupRow { id, name, data } in rows {
            if only.as_ref().is_none_or(|only| only.contains(&name)) {
                let data = serde_json::from_str(&data).map_err(Error::internal)?;
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
        caller.require_account()?;
        let (name, data) = (checked(field::Environment::Group, name)?, data.unwrap_or_default());
        let mut tx = self.store.begin().await?;
        tx.lock_account(caller.account).await?;
        if find(&mut tx, caller.account, &name).await?.is_some() {
            return Err(Error::Exists(format!("there is a group “{name}” already").into()));
        }
        let id = self.insert_group(&mut tx, caller.account, &name, &data).await?;
        if let Some(environment) = environment {
            let environment = rows::find(&mut tx, caller, environment).await?;
            join(&mut tx, id, &environment).await?;
        }
        let event = Event::by(caller, client, "group.create", format!("group:{name}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
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
        caller.require_account()?;
        let name = checked(field::Environment::Group, name)?;
        let new_name =
            new_name.map(|name| checked(field::Environment::NewGroup, name)).transpose()?.filter(|new| *new != name);
        let mut tx = self.store.begin().await?;
        tx.lock_account(caller.account).await?;
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
            for NamedGroup { id, name: old } in below(&mut tx, caller.account, &name).await? {
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
        tx.commit(&[]).await
    }

    /// Removes a group with all below it; its environments stay.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_group(&self, caller: &Caller, client: &Client, name: &str) -> Result<()> {
        caller.require(Right::Operate)?;
        caller.require_account()?;
        let name = checked(field::Environment::Group, name)?;
        let mut tx = self.store.begin().await?;
        find(&mut tx, caller.account, &name).await?.ok_or_else(|| missing(&name))?;
        for NamedGroup { id, .. } in below(&mut tx, caller.account, &name).await? {
            sqlx::query("DELETE FROM environment_groups WHERE id = $1").bind(id).execute(&mut *tx).await?;
        }
        let event = Event::by(caller, client, "group.remove", format!("group:{name}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
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
        caller.require_account()?;
        if names.len() > GROUPS_AT_ONCE {
            let why = format!("it can name at most {GROUPS_AT_ONCE} groups; these are {}", names.len());
            return Err(Error::invalid(field::Environment::Group, why));
        }
        let names = names.iter().map(|name| checked(field::Environment::Group, name)).collect::<Result<Vec<_>>>()?;
        let mut tx = self.store.begin().await?;
        tx.lock_account(caller.account).await?;
        let environment = rows::find(&mut tx, caller, environment).await?;
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
        tx.commit(&[]).await
    }

    /// Makes a group; the caller of this holds the account.
    async fn insert_group(
        &self,
        tx: &mut Tx,
        account: AccountId,
        name: &str,
        data: &Map<String, Value>,
    ) -> Result<i64> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM environment_groups WHERE account_id = $1")
            .bind(account.0)
            .fetch_one(&mut **tx)
            .await?;
        if count >= GROUPS {
            return Err(Error::Limit(format!("an account can have {GROUPS} groups").into()));
        }
        Ok(sqlx::query_scalar(
            "INSERT INTO environment_groups (account_id, name, data, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(account.0)
        .bind(name)
        .bind(serde_json::to_string(data).map_err(Error::internal)?)
        .bind(self.world.now().timestamp_millis())
        .fetch_one(&mut **tx)
        .await?)
    }
}

/// Whether the caller may put what it is about to make into these groups. Groups are the account's.
///
/// # Errors
/// [`Error::Denied`] for a token that is limited to environments.
pub fn check_new_groups(caller: &Caller, groups: &[String]) -> Result<()> {
    if groups.is_empty() { Ok(()) } else { caller.require_account() }
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
    Ok(sqlx::query_scalar("SELECT id FROM environment_groups WHERE account_id = $1 AND name = $2")
        .bind(account.0)
        .bind(name)
        .fetch_optional(&mut **tx)
        .await?)
}

/// The group and all below it.
async fn below(tx: &mut Tx, account: AccountId, name: &str) -> Result<Vec<NamedGroup>> {
    let all = sqlx::query_as::<_, NamedGroup>("SELECT id, name FROM environment_groups WHERE account_id = $1")
        .bind(account.0)
        .fetch_all(&mut **tx)
        .await?;
    let prefix = format!("{name}/");
    Ok(all.into_iter().filter(|group| group.name == name || group.name.starts_with(&prefix)).collect())
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
