//! Paths that people come back to.

use super::files::{FileLocation, node_path, present_path};
use super::rows;
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_types::bounds::counts::FAVORITE_PATHS;
use keyrack_types::ids::NodeId;

keyrack_core::store::row! {
    /// A path of a node that somebody marked.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Favorite {
        pub node: NodeId,
        /// From the node's folder on, beginning with `/`.
        pub path: String,
        pub folder: bool,
        pub keyword: Option<String>,
        pub filter: Option<String>,
    }
}

impl Environments {
    /// Marks a path on the chosen nodes; marked again, it is replaced.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node that is not there, [`Error::Invalid`], [`Error::Limit`].
    pub async fn add_favorite(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        path: &str,
        folder: bool,
        (keyword, filter): (Option<&str>, Option<&str>),
    ) -> Result<()> {
        caller.require(Right::Operate)?;
        let path = node_path(field::Environment::Path, path)?.to_string();
        for (field, text) in [(field::Environment::Keyword, keyword), (field::Environment::Filter, filter)] {
            if text.is_some_and(|text| text.len() > 255) {
                return Err(Error::invalid(field, "it has to be at most 255 bytes long"));
            }
        }
        let mut tx = self.store.begin().await?;
        tx.lock_account(caller.account).await?;
        let environment = rows::find(&mut tx, caller, &location.environment).await?;
        for node in location.choice.of(&environment)? {
            sqlx::query(
                "INSERT INTO favorites (node_id, path, is_dir, keyword, filter) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (node_id, path) DO UPDATE SET is_dir = excluded.is_dir, keyword = excluded.keyword, \
                 filter = excluded.filter",
            )
            .bind(node.id.0)
            .bind(&path)
            .bind(i64::from(folder))
            .bind(keyword)
            .bind(filter)
            .execute(&mut *tx)
            .await?;
        }
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM favorites f JOIN nodes n ON n.id = f.node_id WHERE n.environment_id = $1",
        )
        .bind(environment.id.0)
        .fetch_one(&mut *tx)
        .await?;
        if count > FAVORITE_PATHS {
            return Err(Error::Limit(format!("an environment can have {FAVORITE_PATHS} favorites").into()));
        }
        let event = Event::by(caller, client, "favorite.add", format!("environment:{}", environment.name));
        audit::append(&mut tx, self.world.now(), event.with("path", path)).await?;
        tx.commit(&[]).await
    }

    /// Takes the mark from a path of the chosen nodes.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`]; [`Error::NotFound`] for a node or mark that is not there.
    pub async fn remove_favorite(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        path: &str,
    ) -> Result<()> {
        caller.require(Right::Operate)?;
        let path = present_path(field::Environment::Path, path)?.to_string();
        let mut tx = self.store.begin().await?;
        let environment = rows::find(&mut tx, caller, &location.environment).await?;
        let mut removed = 0;
        for node in location.choice.of(&environment)? {
            let gone = sqlx::query("DELETE FROM favorites WHERE node_id = $1 AND path = $2")
                .bind(node.id.0)
                .bind(&path)
                .execute(&mut *tx)
                .await?;
            removed += gone.rows_affected();
        }
        if removed == 0 {
            return Err(Error::NotFound(format!("“{path}” is no favorite").into()));
        }
        let event = Event::by(caller, client, "favorite.remove", format!("environment:{}", environment.name));
        audit::append(&mut tx, self.world.now(), event.with("path", path)).await?;
        tx.commit(&[]).await
    }

    /// The marked paths of the chosen nodes.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node that is not there.
    pub async fn favorites(&self, caller: &Caller, location: &FileLocation) -> Result<Vec<Favorite>> {
        let environment = self.get(caller, &location.environment).await?;
        let chosen: Vec<NodeId> = location.choice.of(&environment)?.iter().map(|node| node.id).collect();
        let mut favorites = sqlx::query_as::<_, Favorite>(
            "SELECT f.node_id AS node, f.path, f.is_dir AS folder, f.keyword, f.filter FROM favorites f \
             JOIN nodes n ON n.id = f.node_id WHERE n.environment_id = $1 ORDER BY f.node_id, f.path",
        )
        .bind(environment.id.0)
        .fetch_all(self.store.read())
        .await?;
        favorites.retain(|favorite| chosen.contains(&favorite.node));
        Ok(favorites)
    }
}
