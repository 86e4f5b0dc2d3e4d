//! What is installed.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::form::Form;
use super::install::InstallRequest;
use super::manifest::Manifest;
use super::run::Run;
use super::scope::Scope;
use crate::marketplace::Marketplace;
use keyrack_core::audit::Event;
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_environments::{limiting_token, within_reach};
use keyrack_types::bounds::counts::{INSTALLATIONS, INSTALLED_MANIFESTS};
use keyrack_types::ids::UserId;

keyrack_core::store::row! {
    /// How many installations there are, and the characters of their manifests.
    struct InstalledTotal {
        installations: i64,
        characters: i64,
    }

    struct InstallationRow {
        unique_name: String,
        app_id: String,
        environment: Option<String>,
        appid: Option<String>,
        node_group: String,
        manifest: String,
        settings: String,
        globals: String,
        created_at: DateTime<Utc>,
        user_id: UserId,
    }
}

/// Selects what an account keeps.
const TOTAL: &str = "SELECT COUNT(*) AS installations, CAST(COALESCE(SUM(LENGTH(manifest)), 0) AS BIGINT) AS characters \
     FROM installations WHERE account_id = $1";

/// Selects [`InstallationRow`]s; `values` stands for the two columns that only one installation is read with.
macro_rules! select {
    ($values:literal, $rest:literal) => {
        concat!(
            "SELECT i.unique_name, i.app_id, e.name AS environment, e.appid, i.node_group, i.manifest, ",
            $values,
            ", i.created_at, i.user_id FROM installations i LEFT JOIN environments e ON e.id = i.environment_id ",
            "WHERE i.account_id = $1 AND (e.wanted IS NULL OR e.wanted <> 'deleted') AND ",
            within_reach!("i.environment_id", "$2"),
            " ",
            $rest
        )
    };
}

/// Something that was installed. Its values may be secrets, so it is not printed.
#[derive(Clone)]
pub struct Installation {
    pub unique_name: String,
    /// Of the catalogue; empty for a manifest that somebody brought.
    pub app: String,
    /// The environment that it made or is for: its short name and its appid.
    pub environment: Option<(String, String)>,
    /// The layer that it is for.
    pub layer: Option<String>,
    /// Its text.
    pub manifest: String,
    pub(super) settings: KeptValues,
    pub(super) globals: KeptValues,
    pub created: DateTime<Utc>,
    /// Who installed it.
    pub user: UserId,
}

/// Values as they are stored. A former version kept some that are deeper than is read: whoever only lists or removes what is
/// installed does not need them.
#[derive(Clone)]
pub(super) struct KeptValues(String);

impl KeptValues {
    /// The values by their names.
    ///
    /// # Errors
    /// [`Error::Invalid`] for those that cannot be read any more.
    pub fn read(&self) -> Result<Map<String, Value>> {
        serde_json::from_str(&self.0).map_err(|error| {
            let why = format!("what it keeps cannot be read any more, so that it can only be uninstalled ({error})");
            Error::invalid(field::App::Installation, why)
        })
    }
}

impl Installation {
    /// The manifest, read.
    ///
    /// # Errors
    /// [`Error::Invalid`] when an earlier server could read it and this one cannot.
    pub fn read(&self) -> Result<Manifest> {
        Manifest::read(&self.manifest)
    }
}

impl Marketplace {
    /// What is installed in the account, or in the environments that a token is limited to, the oldest first, without the values that it keeps.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn installations(&self, caller: &Caller) -> Result<Vec<Installation>> {
        caller.require(Right::See)?;
        let rows = sqlx::query_as::<_, InstallationRow>(select!("'' AS settings, '' AS globals", "ORDER BY i.id"))
            .bind(caller.account.0)
            .bind(limiting_token(caller))
            .fetch_all(self.store.read())
            .await?;
        Ok(rows.into_iter().map(InstallationRow::installation).collect())
    }

    /// One installation of the account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn installation(&self, caller: &Caller, unique_name: &str) -> Result<Installation> {
        caller.require(Right::See)?;
        let row = sqlx::query_as::<_, InstallationRow>(select!("i.settings, i.globals", "AND i.unique_name = $3"))
            .bind(caller.account.0)
            .bind(limiting_token(caller))
            .bind(unique_name.trim())
            .fetch_optional(self.store.read())
            .await?;
        row.map(InstallationRow::installation).ok_or_else(|| Error::NotFound(missing(unique_name).into()))
    }

    /// As [`Marketplace::installation`], for a caller who gets its manifest: the read is audited.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn read_installation(&self, caller: &Caller, client: &Client, unique_name: &str) -> Result<Installation> {
        let installation = self.installation(caller, unique_name).await?;
        // Below, variables and commands are left out.
        if caller.require(Right::Operate).is_ok() {
            let subject = format!("installation:{}", installation.unique_name);
            self.note_read(Event::by(caller, client, "installation.read", subject));
        }
        Ok(installation)
    }

    /// What the account is among those who install: 32 hexadecimal digits, always the same.
    pub fn scripting_appid(&self, caller: &Caller) -> String {
        hex::encode(&Sha256::digest(format!("keyrack scripting {}", caller.account))[..16])
    }

    /// A form of an installed manifest with the values that count now. Values may be secrets, so that it takes more than
    /// looking; those of password fields are left out all the same.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an installation or form that is not there.
    pub async fn installed_settings(
        &self,
        caller: &Caller,
        client: &Client,
        unique_name: &str,
        form: Option<&str>,
    ) -> Result<Value> {
        caller.require(Right::Operate)?;
        let installation = self.installation(caller, unique_name).await?;
        let nothing = serde_json::json!({ "fields": [] });
        // One that an earlier server could read and this one cannot has nothing to fill in.
        let Ok(manifest) = installation.read() else { return Ok(nothing) };
        let form = match form_of(&manifest, form) {
            Ok(form) => form,
            // Without a form there is nothing to fill in, which is no failure.
            Err(_) if form.is_none() => return Ok(nothing),
            Err(error) => return Err(error),
        };
        let subject = format!("installation:{}", installation.unique_name);
        self.note_read(Event::by(caller, client, "installation.read-settings", subject));
        Ok(form.shown(&installation.settings.read().unwrap_or_default()))
    }

    /// Whether one more can be kept, before anything is done; whether it can be at the end is decided there.
    pub(super) async fn must_have_room(&self, caller: &Caller, manifest: &str) -> Result<()> {
        let total =
            sqlx::query_as::<_, InstalledTotal>(TOTAL).bind(caller.account.0).fetch_one(self.store.read()).await?;
        room_for_one_more(&total, manifest)
    }

    /// Keeps what was installed.
    pub(super) async fn keep_installation(
        &self,
        run: &Run<'_>,
        unique_name: &str,
        manifest: &str,
        request: &InstallRequest,
    ) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.lock_account(run.caller.account).await?;
        let total = sqlx::query_as::<_, InstalledTotal>(TOTAL).bind(run.caller.account.0).fetch_one(&mut *tx).await?;
        room_for_one_more(&total, manifest)?;
        sqlx::query(
            "INSERT INTO installations (account_id, user_id, unique_name, app_id, environment_id, node_group, manifest, \
             settings, globals, created_at) VALUES ($1, $2, $3, $4, \
             (SELECT id FROM environments WHERE account_id = $1 AND name = $5), $6, $7, $8, $9, $10)",
        )
        .bind(run.caller.account.0)
        .bind(run.caller.user.0)
        .bind(unique_name)
        .bind(request.app.clone().unwrap_or_default())
        .bind(run.environment.clone().unwrap_or_default())
        .bind(request.layer.clone().unwrap_or_default())
        .bind(manifest)
        .bind(json(&run.scope.settings())?)
        .bind(json(&run.scope.globals())?)
        .bind(self.world.now().timestamp_millis())
        .execute(&mut *tx)
        .await?;
        tx.commit(&[]).await
    }

    /// Keeps the values that an action left.
    pub(super) async fn keep_values(&self, installation: &Installation, scope: &Scope) -> Result<()> {
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE installations SET settings = $2, globals = $3 WHERE unique_name = $1")
            .bind(&installation.unique_name)
            .bind(json(&scope.settings())?)
            .bind(json(&scope.globals())?)
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await
    }

    pub(super) async fn forget_installation(&self, installation: &Installation) -> Result<()> {
        let mut tx = self.store.begin().await?;
        sqlx::query("DELETE FROM installations WHERE unique_name = $1")
            .bind(&installation.unique_name)
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await
    }
}

fn room_for_one_more(total: &InstalledTotal, manifest: &str) -> Result<()> {
    if total.installations >= INSTALLATIONS {
        return Err(Error::Limit(format!("an account can have {INSTALLATIONS} installations").into()));
    }
    let more = i64::try_from(manifest.len()).map_err(Error::internal)?;
    if total.characters.saturating_add(more) > INSTALLED_MANIFESTS {
        let all = INSTALLED_MANIFESTS >> 20;
        return Err(Error::Limit(
            format!("the manifests that an account has installed can have {all} MiB in all").into(),
        ));
    }
    Ok(())
}

/// The form with this name.
fn form_of<'a>(manifest: &'a Manifest, id: Option<&str>) -> Result<&'a Form> {
    manifest.form(id).ok_or_else(|| {
        let name = id.unwrap_or("main");
        Error::NotFound(format!("“{}” has no settings “{name}”", manifest.name).into())
    })
}

fn json(values: &Map<String, Value>) -> Result<String> {
    serde_json::to_string(values).map_err(Error::internal)
}

fn missing(unique_name: &str) -> String {
    format!("there is no installation “{unique_name}”")
}

impl InstallationRow {
    fn installation(self) -> Installation {
        Installation {
            unique_name: self.unique_name,
            app: self.app_id,
            environment: self.environment.zip(self.appid),
            layer: Some(self.node_group).filter(|layer| !layer.is_empty()),
            manifest: self.manifest,
            settings: KeptValues(self.settings),
            globals: KeptValues(self.globals),
            created: self.created_at,
            user: self.user_id,
        }
    }
}
