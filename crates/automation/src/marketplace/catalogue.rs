//! What can be installed: apps that the server brings, and those that an account keeps for itself.

use super::install::InstallRequest;
use super::manifest::{Manifest, ManifestType};
use super::outcome::Done;
use crate::marketplace::Marketplace;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::store::Tx;
use keyrack_types::bounds::counts::APPS;
use keyrack_types::order::sort_by_name;
use sha2::{Digest, Sha256};

/// What every server brings: name and text.
const BUILT_IN: [(&str, &str); 3] = [
    ("static-site", include_str!("apps/static-site.jps")),
    ("variables", include_str!("apps/variables.jps")),
    ("scale", include_str!("apps/scale.jps")),
];

/// Something that can be installed.
#[derive(Clone, Debug)]
pub struct App {
    /// A name for one that the server brings, a number for one of the account's own.
    pub id: String,
    /// Whether the account can change it.
    pub own: bool,
    /// Its manifest's text, and what it says.
    pub text: String,
    pub manifest: Manifest,
}

/// A category of apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub name: String,
    /// How many apps are in it.
    pub apps: usize,
}

impl App {
    fn new(id: String, own: bool, text: String) -> Result<App> {
        let manifest = Manifest::read(&text)?;
        Ok(App { id, own, text, manifest })
    }

    /// Whether its name, description or categories hold a text, in any case.
    pub fn holds(&self, search: &str) -> bool {
        let search = search.trim().to_lowercase();
        let facts = [Some(self.manifest.name.clone()), self.manifest.translated("description")];
        let texts = facts.into_iter().flatten().chain(self.manifest.texts("categories"));
        texts.into_iter().any(|text| text.to_lowercase().contains(&search))
    }

    /// Whether it is an add-on for one of these layers.
    pub fn is_addon_for(&self, layers: &[&str]) -> bool {
        let wanted = self.manifest.layers();
        let fits =
            wanted.is_empty() || wanted.iter().any(|layer| layers.iter().any(|it| it.eq_ignore_ascii_case(layer)));
        self.manifest.kind == ManifestType::Update && fits
    }
}

keyrack_core::store::row! {
    struct AppRow {
        id: i64,
        manifest: String,
    }
}

impl Marketplace {
    /// Everything that the account can install: what the server brings, then its own, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn apps(&self, caller: &Caller) -> Result<Vec<App>> {
        caller.require(Right::See)?;
        let mut apps = BUILT_IN
            .iter()
            .map(|(id, text)| App::new((*id).to_owned(), false, (*text).to_owned()))
            .collect::<Result<Vec<_>>>()?;
        let rows =
            sqlx::query_as::<_, AppRow>("SELECT id, manifest FROM marketplace_apps WHERE account_id = $1 ORDER BY id")
                .bind(caller.account.0)
                .fetch_all(self.store.read())
                .await?;
        // A hundred large ones take a second to read: not on a thread that others' calls wait for.
        let own = tokio::task::spawn_blocking(move || {
            // One that an earlier server took and this one does not is not offered; its owner can still edit or delete it.
            rows.into_iter().filter_map(|row| App::new(row.id.to_string(), true, row.manifest).ok()).collect::<Vec<_>>()
        });
        apps.extend(own.await.map_err(Error::internal)?);
        Ok(apps)
    }

    /// One app.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn app(&self, caller: &Caller, id: &str) -> Result<App> {
        let apps = self.apps(caller).await?;
        apps.into_iter().find(|app| app.id.eq_ignore_ascii_case(id.trim())).ok_or_else(|| missing(id))
    }

    /// As [`Marketplace::app`], for a caller who gets its manifest: of one that the account keeps it is recorded that he
    /// read it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn read_app(&self, caller: &Caller, client: &Client, id: &str) -> Result<App> {
        let app = self.app(caller, id).await?;
        // Below, variables and commands are left out.
        if app.own && caller.require(Right::Operate).is_ok() {
            self.note_read(Event::by(caller, client, "app.read", format!("app:{}", app.id)));
        }
        Ok(app)
    }

    /// The categories of all apps, sorted.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn app_categories(&self, caller: &Caller) -> Result<Vec<Category>> {
        let mut categories: Vec<Category> = Vec::new();
        for name in self.apps(caller).await?.iter().flat_map(|app| app.manifest.texts("categories")) {
            match categories.iter_mut().find(|category| category.name == name) {
                Some(category) => category.apps += 1,
                None => categories.push(Category { name, apps: 1 }),
            }
        }
        sort_by_name(&mut categories, |category| &category.name);
        Ok(categories)
    }

    /// A text that is another one when anything of the catalogue is.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn app_checksum(&self, caller: &Caller) -> Result<String> {
        let mut sum = Sha256::new();
        for app in self.apps(caller).await? {
            for part in [&app.id, &app.text] {
                sum.update((part.len() as u64).to_be_bytes());
                sum.update(part);
            }
        }
        Ok(hex::encode(sum.finalize()))
    }

    /// Keeps a manifest in the account's own part of the catalogue; answers its number.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that cannot be installed here, [`Error::Limit`].
    pub async fn add_app(&self, caller: &Caller, client: &Client, text: &str) -> Result<String> {
        let mut tx = self.store.begin().await?;
        let id = self.insert_app(&mut tx, caller, client, text).await?;
        tx.commit(&[]).await?;
        Ok(id)
    }

    pub(super) async fn insert_app(&self, tx: &mut Tx, caller: &Caller, client: &Client, text: &str) -> Result<String> {
        caller.require(Right::Operate)?;
        let manifest = Manifest::read(text)?;
        tx.lock_account(caller.account).await?;
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM marketplace_apps WHERE account_id = $1")
            .bind(caller.account.0)
            .fetch_one(&mut **tx)
            .await?;
        if count >= APPS {
            return Err(Error::Limit(format!("an account can keep {APPS} manifests").into()));
        }
        let now = self.world.now();
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO marketplace_apps (account_id, manifest, created_at, changed_at) VALUES ($1, $2, $3, $3) \
             RETURNING id",
        )
        .bind(caller.account.0)
        .bind(text)
        .bind(now.timestamp_millis())
        .fetch_one(&mut **tx)
        .await?;
        let id = id.to_string();
        let event = Event::by(caller, client, "app.add", format!("app:{id}")).with("name", manifest.name);
        audit::append(tx, now, event).await?;
        Ok(id)
    }

    /// Replaces the manifest of an app of the account's own. What is installed from it stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for one that the server brings; [`Error::Invalid`].
    pub async fn edit_app(&self, caller: &Caller, client: &Client, id: &str, text: &str) -> Result<()> {
        caller.require(Right::Operate)?;
        let manifest = Manifest::read(text)?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        let edited =
            sqlx::query("UPDATE marketplace_apps SET manifest = $3, changed_at = $4 WHERE account_id = $1 AND id = $2")
                .bind(caller.account.0)
                .bind(own_id(id)?)
                .bind(text)
                .bind(now.timestamp_millis())
                .execute(&mut *tx)
                .await?;
        if edited.rows_affected() == 0 {
            return Err(not_own(id));
        }
        let event = Event::by(caller, client, "app.edit", format!("app:{id}")).with("name", manifest.name);
        audit::append(&mut tx, now, event).await?;
        tx.commit(&[]).await
    }

    /// Removes an app of the account's own. What is installed from it stays.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for one that the server brings.
    pub async fn delete_app(&self, caller: &Caller, client: &Client, id: &str) -> Result<()> {
        caller.require(Right::Operate)?;
        let mut tx = self.store.begin().await?;
        let number = own_id(id)?;
        let deleted = sqlx::query("DELETE FROM marketplace_apps WHERE account_id = $1 AND id = $2")
            .bind(caller.account.0)
            .bind(number)
            .execute(&mut *tx)
            .await?;
        if deleted.rows_affected() == 0 {
            return Err(not_own(id));
        }
        sqlx::query("DELETE FROM marketplace_favorites WHERE account_id = $1 AND app_id = $2")
            .bind(caller.account.0)
            .bind(number.to_string())
            .execute(&mut *tx)
            .await?;
        let event = Event::by(caller, client, "app.delete", format!("app:{number}"));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
    }

    /// Installs an app. With `addon`, only an add-on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for an app where an add-on is meant; otherwise as [`Marketplace::install`].
    pub async fn install_app(
        &self,
        caller: &Caller,
        client: &Client,
        id: &str,
        addon: bool,
        request: InstallRequest,
    ) -> Result<Done> {
        let app = self.app(caller, id).await?;
        if addon && app.manifest.kind != ManifestType::Update {
            return Err(Error::invalid(field::App::Id, "this is no add-on: marketplace.app.Install installs it"));
        }
        self.install(caller, client, &app.text, InstallRequest { app: Some(app.id), ..request }).await
    }
}

fn own_id(id: &str) -> Result<i64> {
    id.trim().parse().map_err(|_| not_own(id))
}

fn missing(id: &str) -> Error {
    Error::NotFound(format!("there is no app “{id}”").into())
}

fn not_own(id: &str) -> Error {
    Error::NotFound(format!("the account has no app “{id}” of its own").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_brings_can_be_installed() {
        for (id, text) in BUILT_IN {
            let app = App::new(id.to_owned(), false, text.to_owned()).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(app.manifest.text("id").as_deref(), Some(id));
            assert!(!app.manifest.texts("categories").is_empty(), "{id}");
        }
    }
}
