//! Passkeys (WebAuthn) as a second factor.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use webauthn_rs::Webauthn;
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
};

use super::{drop_unneeded_codes, having, recovery};
use crate::accounts::Confirmed;
use crate::notices::{self, Notice};
use crate::second_factor::SecondFactor;
use keyrack_core::audit;
use keyrack_core::error::{Error, Result, violated};
use keyrack_core::field;
use keyrack_core::store::Tx;
use keyrack_types::bounds::counts::{CEREMONIES_OF_USER, PASSKEYS_OF_USER};
use keyrack_types::ids::UserId;
use keyrack_types::text::hidden;

/// A ceremony must be finished within so many milliseconds.
const CEREMONY_MILLIS: i64 = 5 * 60 * 1000;
/// The longest name of a passkey, in characters.
const NAME_LIMIT: usize = 60;

/// A ceremony that this server began: its number, and what the browser's `navigator.credentials` takes (JSON).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    pub id: i64,
    pub options: String,
}

/// What authenticators know a user by. They replace a passkey by another one with the same handle at the same host, and
/// hosts have no ports there, so the handle tells servers apart.
fn handle(server: &str, user: UserId) -> Uuid {
    let hash = Sha256::digest(format!("keyrack {server} {user}"));
    Uuid::from_slice(&hash[..16]).expect("16 bytes")
}

keyrack_core::store::row! {
    struct PasskeyRow {
        id: i64,
        credential: String,
    }

    /// A ceremony that was begun.
    struct CeremonyRow {
        state: String,
        created_at: i64,
    }
}

impl SecondFactor {
    /// Whether passkeys can be used at this server's public URL.
    pub fn has_passkeys(&self) -> bool {
        self.passkey_site.is_some()
    }

    /// Begins to register a passkey.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the public URL allows none.
    pub async fn begin_passkey(&self, confirmed: &Confirmed) -> Result<Ceremony> {
        let caller = confirmed.caller();
        let site = self.site()?;
        let known = self.passkeys(caller.user).await?;
        let ids = known.iter().map(|(_, passkey)| passkey.cred_id().clone()).collect();
        let handle = handle(&self.settings.server_name(), caller.user);
        let (options, state) = site
            .start_passkey_registration(handle, &caller.email, &caller.email, Some(ids))
            .map_err(Error::internal)?;
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let ceremony = self.keep_ceremony(&mut tx, caller.user, "register", &state, &options).await?;
        let event = confirmed.own_event("second-factor.begin").with("kind", "passkey");
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await?;
        Ok(ceremony)
    }

    /// Registers the passkey that the browser made; answers recovery codes when it is the user's first second factor.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an answer that does not fit the ceremony; [`Error::Exists`] for a passkey that is known;
    /// [`Error::Limit`].
    pub async fn finish_passkey(
        &self,
        confirmed: &Confirmed,
        ceremony: i64,
        answer: &str,
        name: &str,
    ) -> Result<Vec<String>> {
        let caller = confirmed.caller();
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_LIMIT || hidden(name).is_some() {
            return Err(Error::invalid(
                field::Account::PasskeyName,
                format!("Give the passkey a name of 1 to {NAME_LIMIT} characters that can be seen."),
            ));
        }
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM passkeys WHERE user_id = $1")
            .bind(caller.user.0)
            .fetch_one(&mut *tx)
            .await?;
        if count >= PASSKEYS_OF_USER {
            return Err(Error::Limit(format!("a user can have {PASSKEYS_OF_USER} passkeys: remove one first").into()));
        }
        let state: Option<PasskeyRegistration> = self.take_ceremony(&mut tx, caller.user, "register", ceremony).await?;
        let passkey = state
            .zip(serde_json::from_str::<RegisterPublicKeyCredential>(answer).ok())
            .and_then(|(state, answer)| self.site().ok()?.finish_passkey_registration(&answer, &state).ok())
            .ok_or_else(|| {
                Error::invalid(field::Account::Passkey, "The passkey could not be registered; try again.")
            })?;
        let had_any = having(&mut tx, caller.user).await?.any();
        sqlx::query(
            "INSERT INTO passkeys (user_id, name, credential_id, credential, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(caller.user.0)
        .bind(name)
        .bind(passkey.cred_id().to_vec())
        .bind(serde_json::to_string(&passkey).map_err(Error::internal)?)
        .bind(now.timestamp_millis())
        .execute(&mut *tx)
        .await
        .map_err(|error| {
            if violated(&error, "passkeys_credential_key", "passkeys.credential_id") {
                Error::Exists("this passkey is registered already".into())
            } else {
                error.into()
            }
        })?;
        let codes = if had_any { Vec::new() } else { recovery::replace(&mut tx, caller.user, &self.world).await? };
        self.mark_proved(&mut tx, caller).await?;
        let event = confirmed.own_event("second-factor.enable").with("kind", "passkey").with("name", name);
        audit::append(&mut tx, now, event).await?;
        let notice = Notice::SecondFactorOn { kind: "a passkey" };
        notices::notify(&mut tx, &self.settings, now, caller.user, Some(caller.account), notice).await?;
        tx.commit(&[]).await?;
        Ok(codes)
    }

    /// Removes one of the caller's passkeys.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_passkey(&self, confirmed: &Confirmed, id: i64) -> Result<()> {
        let caller = confirmed.caller();
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let name: String = sqlx::query_scalar("DELETE FROM passkeys WHERE id = $1 AND user_id = $2 RETURNING name")
            .bind(id)
            .bind(caller.user.0)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or_else(|| Error::NotFound(format!("you have no passkey {id}").into()))?;
        drop_unneeded_codes(&mut tx, caller.user).await?;
        let event = confirmed.own_event("second-factor.disable").with("kind", "passkey").with("name", name);
        audit::append(&mut tx, now, event).await?;
        let notice = Notice::SecondFactorOff { kind: "a passkey" };
        notices::notify(&mut tx, &self.settings, now, caller.user, Some(caller.account), notice).await?;
        tx.commit(&[]).await
    }

    /// Begins to prove a passkey, at sign-in or before a change.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the user has none.
    pub(crate) async fn begin_passkey_proof(&self, user: UserId) -> Result<Ceremony> {
        let passkeys: Vec<Passkey> = self.passkeys(user).await?.into_iter().map(|(_, passkey)| passkey).collect();
        if passkeys.is_empty() {
            return Err(Error::NotFound("you have no passkey".into()));
        }
        let (options, state) = self.site()?.start_passkey_authentication(&passkeys).map_err(Error::internal)?;
        let mut tx = self.store.begin().await?;
        tx.lock_user(user).await?;
        let ceremony = self.keep_ceremony(&mut tx, user, "prove", &state, &options).await?;
        tx.commit(&[]).await?;
        Ok(ceremony)
    }

    /// Whether the answer proves one of the user's passkeys; the ceremony is used up either way.
    pub(super) async fn take_passkey(&self, tx: &mut Tx, user: UserId, ceremony: i64, answer: &str) -> Result<bool> {
        let state: Option<PasskeyAuthentication> = self.take_ceremony(tx, user, "prove", ceremony).await?;
        let proof = state
            .zip(serde_json::from_str::<PublicKeyCredential>(answer).ok())
            .and_then(|(state, answer)| self.site().ok()?.finish_passkey_authentication(&answer, &state).ok());
        let Some(proof) = proof else { return Ok(false) };
        for (id, mut passkey) in self.passkeys(user).await? {
            // Absent when the key has no counter; a counter that goes back is refused by the ceremony itself.
            if let Some(changed) = passkey.update_credential(&proof) {
                let kept = serde_json::to_string(&passkey).map_err(Error::internal)?;
                sqlx::query("UPDATE passkeys SET last_used_at = $1, credential = $2 WHERE id = $3")
                    .bind(self.world.now().timestamp_millis())
                    .bind(kept)
                    .bind(id)
                    .execute(&mut **tx)
                    .await?;
                tracing::debug!(passkey = id, changed, "passkey used");
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn site(&self) -> Result<&Webauthn> {
        self.passkey_site.as_ref().map(|site| &site.0).ok_or(Error::Unavailable)
    }

    async fn passkeys(&self, user: UserId) -> Result<Vec<(i64, Passkey)>> {
        let rows =
            sqlx::query_as::<_, PasskeyRow>("SELECT id, credential FROM passkeys WHERE user_id = $1 ORDER BY id")
                .bind(user.0)
                .fetch_all(self.store.read())
                .await?;
        rows.into_iter()
            .map(|row| Ok((row.id, serde_json::from_str(&row.credential).map_err(Error::internal)?)))
            .collect()
    }

    /// Keeps the server's half; the user is locked by the caller.
    async fn keep_ceremony(
        &self,
        tx: &mut Tx,
        user: UserId,
        kind: &str,
        state: &impl Serialize,
        options: &impl Serialize,
    ) -> Result<Ceremony> {
        let now = self.world.now().timestamp_millis();
        sqlx::query("DELETE FROM passkey_ceremonies WHERE created_at < $1")
            .bind(now - CEREMONY_MILLIS)
            .execute(&mut **tx)
            .await?;
        let id = sqlx::query_scalar(
            "INSERT INTO passkey_ceremonies (user_id, kind, state, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(user.0)
        .bind(kind)
        .bind(serde_json::to_string(state).map_err(Error::internal)?)
        .bind(now)
        .fetch_one(&mut **tx)
        .await?;
        sqlx::query(
            "DELETE FROM passkey_ceremonies WHERE user_id = $1 AND id <= \
             (SELECT id FROM passkey_ceremonies WHERE user_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
        )
        .bind(user.0)
        .bind(CEREMONIES_OF_USER)
        .execute(&mut **tx)
        .await?;
        Ok(Ceremony { id, options: serde_json::to_string(options).map_err(Error::internal)? })
    }

    async fn take_ceremony<T: DeserializeOwned>(
        &self,
        tx: &mut Tx,
        user: UserId,
        kind: &str,
        id: i64,
    ) -> Result<Option<T>> {
        let begun = sqlx::query_as::<_, CeremonyRow>(
            "DELETE FROM passkey_ceremonies WHERE id = $1 AND user_id = $2 AND kind = $3 RETURNING state, created_at",
        )
        .bind(id)
        .bind(user.0)
        .bind(kind)
        .fetch_optional(&mut **tx)
        .await?;
        let Some(begun) = begun else { return Ok(None) };
        if begun.created_at < self.world.now().timestamp_millis() - CEREMONY_MILLIS {
            return Ok(None);
        }
        serde_json::from_str(&begun.state).map(Some).map_err(Error::internal)
    }
}
