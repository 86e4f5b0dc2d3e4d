//! Apps that a person comes back to.

use super::catalogue::App;
use crate::marketplace::Marketplace;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::store::Tx;
use keyrack_types::bounds::counts::FAVORITE_APPS;

impl Marketplace {
    /// The caller's favourite apps, in the order of the catalogue.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn favorite_apps(&self, caller: &Caller) -> Result<Vec<App>> {
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT app_id FROM marketplace_favorites WHERE account_id = $1 AND user_id = $2")
                .bind(caller.account.0)
                .bind(caller.user.0)
                .fetch_all(self.store.read())
                .await?;
        let apps = self.apps(caller).await?;
        Ok(apps.into_iter().filter(|app| ids.contains(&app.id)).collect())
    }

    /// Makes an app a favourite of the caller's; one that is one stays one.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn add_favorite_app(&self, caller: &Caller, client: &Client, id: &str) -> Result<()> {
        caller.require(Right::Operate)?;
        let id = self.app(caller, id).await?.id;
        let mut tx = self.store.begin().await?;
        self.insert_favorite(&mut tx, caller, client, &id).await?;
        tx.commit(&[]).await
    }

    /// Keeps a manifest as an app of the account's own that is a favourite of the caller's; answers its number.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that cannot be installed here, [`Error::Limit`].
    pub async fn add_favorite_manifest(&self, caller: &Caller, client: &Client, text: &str) -> Result<String> {
        let mut tx = self.store.begin().await?;
        let id = self.insert_app(&mut tx, caller, client, text).await?;
        self.insert_favorite(&mut tx, caller, client, &id).await?;
        tx.commit(&[]).await?;
        Ok(id)
    }

    /// Makes an app no favourite any more; it stays in the catalogue.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is none.
    pub async fn delete_favorite_app(&self, caller: &Caller, client: &Client, id: &str) -> Result<()> {
        caller.require(Right::Operate)?;
        let mut tx = self.store.begin().await?;
        let deleted =
            sqlx::query("DELETE FROM marketplace_favorites WHERE account_id = $1 AND user_id = $2 AND app_id = $3")
                .bind(caller.account.0)
                .bind(caller.user.0)
                .bind(id.trim().to_lowercase())
                .execute(&mut *tx)
                .await?;
        if deleted.rows_affected() == 0 {
            return Err(Error::NotFound(format!("“{id}” is none of your favourites").into()));
        }
        let event = Event::by(caller, client, "favorite.delete", format!("app:{id}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
    }

    async fn insert_favorite(&self, tx: &mut Tx, caller: &Caller, client: &Client, id: &str) -> Result<()> {
        let now = self.world.now();
        tx.lock_account(caller.account).await?;
        sqlx::query(
            "INSERT INTO marketplace_favorites (account_id, user_id, app_id, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account_id, user_id, app_id) DO NOTHING",
        )
        .bind(caller.account.0)
        .bind(caller.user.0)
        .bind(id)
        .bind(now.timestamp_millis())
        .execute(&mut **tx)
        .await?;
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM marketplace_favorites WHERE account_id = $1 AND user_id = $2")
                .bind(caller.account.0)
                .bind(caller.user.0)
                .fetch_one(&mut **tx)
                .await?;
        if count > FAVORITE_APPS {
            return Err(Error::Limit(format!("a user can have {FAVORITE_APPS} favorite apps in an account").into()));
        }
        audit::append(tx, now, Event::by(caller, client, "favorite.add", format!("app:{id}"))).await
    }
}
