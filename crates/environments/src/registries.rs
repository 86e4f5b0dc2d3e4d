//! How accounts sign in to registries of images. What is kept is written only: it is used at every pull and never shown again.

use super::rows;
use crate::service::Environments;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::store::{Tx, row};
use keyrack_engine::{ImageRef, RegistryLogin};
use keyrack_types::bounds::counts::{REGISTRY_LOGIN_TEXT, REGISTRY_LOGINS};
use keyrack_types::ids::AccountId;
use keyrack_types::text::hidden;

/// Where the image of a layer comes from, and as whom it is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryInfo {
    /// `docker.io`, `ghcr.io`, `registry.example.org:5000`.
    pub registry: String,
    pub image: ImageRef,
    /// The account's user there, when it signs in.
    pub user: Option<String>,
}

row! {
    struct LoginRow {
        user_name: String,
        password: String,
    }
}

/// The registry that an image comes from.
fn registry_of(image: &ImageRef) -> String {
    image.full_name().split('/').next().unwrap_or_default().to_owned()
}

impl Environments {
    /// Keeps how the account signs in to a registry, or forgets it. Answers how many are kept that this changed.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Limit`].
    pub async fn set_registry_login(
        &self,
        caller: &Caller,
        client: &Client,
        registry: &str,
        login: Option<RegistryLogin>,
    ) -> Result<u64> {
        caller.require(Right::Operate)?;
        caller.require_account()?;
        let registry = check(field::Environment::Registry, registry)?.to_lowercase();
        let mut tx = self.store.begin().await?;
        tx.lock_account(caller.account).await?;
        let (kind, changed) = match login {
            Some(login) => {
                check(field::Environment::RegistryUser, &login.user)?;
                check(field::Environment::RegistryPassword, &login.password)?;
                self.put(&mut tx, caller.account, &registry, &login).await?;
                ("registry.set-login", 1)
            }
            None => {
                let gone = sqlx::query("DELETE FROM registry_logins WHERE account_id = $1 AND registry = $2")
                    .bind(caller.account.0)
                    .bind(&registry)
                    .execute(&mut *tx)
                    .await?;
                ("registry.remove-login", gone.rows_affected())
            }
        };
        let event = Event::by(caller, client, kind, format!("registry:{registry}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await?;
        Ok(changed)
    }

    async fn put(&self, tx: &mut Tx, account: AccountId, registry: &str, login: &RegistryLogin) -> Result<()> {
        sqlx::query(
            "INSERT INTO registry_logins (account_id, registry, user_name, password) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account_id, registry) DO UPDATE SET user_name = excluded.user_name, password = excluded.password",
        )
        .bind(account.0)
        .bind(registry)
        .bind(&login.user)
        .bind(&login.password)
        .execute(&mut **tx)
        .await?;
        let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM registry_logins WHERE account_id = $1")
            .bind(account.0)
            .fetch_one(&mut **tx)
            .await?;
        if kept > REGISTRY_LOGINS {
            let why = format!("an account can sign in to {REGISTRY_LOGINS} registries; remove one first");
            return Err(Error::Limit(why.into()));
        }
        Ok(())
    }

    /// How the account signs in to the registry of an image.
    pub(super) async fn registry_login(&self, account: AccountId, image: &ImageRef) -> Result<Option<RegistryLogin>> {
        let row = sqlx::query_as::<_, LoginRow>(
            "SELECT user_name, password FROM registry_logins WHERE account_id = $1 AND registry = $2",
        )
        .bind(account.0)
        .bind(registry_of(image).to_lowercase())
        .fetch_optional(self.store.read())
        .await?;
        Ok(row.map(|row| RegistryLogin { user: row.user_name, password: row.password }))
    }

    /// Where the image of a layer comes from.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`]; [`Error::NotFound`] for a layer that is not there.
    pub async fn registry_info(&self, caller: &Caller, name: &str, group: &str) -> Result<RegistryInfo> {
        caller.require(Right::Operate)?;
        let mut connection = self.store.read().acquire().await?;
        let environment = rows::find(&mut connection, caller, name).await?;
        drop(connection);
        let layer = environment.layers.iter().find(|layer| layer.name.eq_ignore_ascii_case(group));
        let image = layer.and_then(|layer| layer.nodes.first()).map(|node| node.image.clone()).ok_or_else(|| {
            Error::NotFound(format!("environment “{}” has no layer “{group}”", environment.name).into())
        })?;
        let user = self.registry_login(caller.account, &image).await?.map(|login| login.user);
        Ok(RegistryInfo { registry: registry_of(&image), image, user })
    }
}

fn check(field: field::Environment, text: &str) -> Result<&str> {
    let text = if field == field::Environment::RegistryPassword { text } else { text.trim() };
    if text.is_empty() || text.len() > REGISTRY_LOGIN_TEXT || hidden(text).is_some() {
        let why =
            format!("it has to be text of 1 to {REGISTRY_LOGIN_TEXT} bytes, without characters that cannot be seen");
        return Err(Error::invalid(field, why));
    }
    Ok(text)
}
