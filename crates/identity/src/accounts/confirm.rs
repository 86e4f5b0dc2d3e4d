//! Step-up: proving the password, and the second factor where there is one, again before a change.

use std::sync::Arc;

use super::confirmed::{Confirmed, ProvedPassword};
use crate::accounts::Accounts;
use crate::second_factor::{Ceremony, Proof, having};
use keyrack_core::audit::Event;
use keyrack_core::caller::{Caller, CallerCredential, Client, Right};
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::{Credential, Error, Result};
use keyrack_core::field;
use keyrack_core::passwords::Verdict;
use keyrack_core::secret::{Secret, SecretHash};
use keyrack_core::throttle::Guess;
use keyrack_types::second_factor::ConfirmInput;

/// What a caller brings to confirm a change with.
#[derive(Clone, Debug, Default)]
pub struct Confirmation {
    pub password: Option<String>,
    pub second_factor: Option<Proof>,
}

impl Confirmation {
    /// The password alone.
    pub fn password(password: impl Into<String>) -> Confirmation {
        Confirmation { password: Some(password.into()), second_factor: None }
    }

    /// The password alone, where one was sent.
    pub fn maybe(password: Option<&str>) -> Confirmation {
        Confirmation { password: password.map(str::to_owned), second_factor: None }
    }
}

impl From<ConfirmInput> for Confirmation {
    fn from(input: ConfirmInput) -> Confirmation {
        let code = input.code.filter(|code| !code.trim().is_empty()).map(Proof::Code);
        let passkey = input.passkey.map(|(ceremony, answer)| Proof::Passkey { ceremony, answer });
        Confirmation {
            // An empty field is a missing password and no guess at it.
            password: Some(input.password).filter(|password| !password.is_empty()),
            second_factor: passkey.or(code),
        }
    }
}

keyrack_core::store::row! {
    /// When a session proved the second factor, and whether its user wants it asked for every time.
    struct Cover {
        second_factor_at: Option<i64>,
        second_factor_always: bool,
    }
}

impl Accounts {
    /// Checks the password of the caller's user and, where the user has one and no fresh proof covers it, the second
    /// factor.
    ///
    /// Without a password the check is passed only for an API session, and only when the operator does not require it
    /// and the user has no second factor.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a token or a session that a token opened, whatever the password;
    /// [`Error::WrongPassword`], [`Error::SecondFactorNeeded`], [`Error::WrongCode`], [`Error::TooManyTries`];
    /// [`Error::Invalid`] when the password is needed and missing.
    pub async fn confirm(&self, caller: &Arc<Caller>, client: &Client, with: &Confirmation) -> Result<Confirmed> {
        caller.require(Right::ManageSelf)?;
        let browser = matches!(caller.credential, CallerCredential::Session { browser: true, .. });
        let Some(password) = &with.password else {
            // A second factor is asked for after a password, never instead of one.
            let factor = having(&mut *self.store.read().acquire().await?, caller.user).await?.any();
            if browser || factor || self.settings.token_password_required {
                return Err(Error::invalid(field::Account::Password, "Confirm this with your password."));
            }
            return Ok(Confirmed::new(caller.clone(), client, None, None));
        };
        let proved = self.prove_password(caller, client, password).await?;
        self.check_second_factor(caller, client, with.second_factor.as_ref()).await?;
        let caller = self.refresh_role(caller).await?;
        let new_session = if browser { Some(self.rotate_session(&caller).await?) } else { None };
        Ok(Confirmed::new(caller, client, Some(proved), new_session))
    }

    /// The caller with its present role, while its session lives: proving a password can take seconds, and meanwhile an
    /// owner may have lowered or removed the member, or the session was ended.
    async fn refresh_role(&self, caller: &Arc<Caller>) -> Result<Arc<Caller>> {
        let role = self.role_now(caller).await?;
        if role == caller.role {
            return Ok(caller.clone());
        }
        Ok(Arc::new(caller.with_role(role, self.catalog.role_bits(role))))
    }

    /// Begins to prove a passkey before a change.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for tokens; [`Error::NotFound`] when the user has no passkey.
    pub async fn begin_passkey_confirmation(&self, caller: &Caller) -> Result<Ceremony> {
        caller.require(Right::ManageSelf)?;
        self.second_factor.begin_passkey_proof(caller.user).await
    }

    /// Whether a change would be covered by a proof of the second factor that is fresh enough; `None` without a second
    /// factor, otherwise the seconds for which it still covers (0 = not any more).
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn second_factor_cover(&self, caller: &Caller) -> Result<Option<u32>> {
        let mut connection = self.store.read().acquire().await?;
        if !having(&mut connection, caller.user).await?.any() {
            return Ok(None);
        }
        let Some(session) = caller.session() else { return Ok(Some(0)) };
        let cover = sqlx::query_as::<_, Cover>(
            "SELECT s.second_factor_at, u.second_factor_always FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1",
        )
        .bind(session.0)
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(Error::NotAuthenticated(Credential::Ended))?;
        let (Some(proved), false) = (cover.second_factor_at, cover.second_factor_always) else {
            return Ok(Some(0));
        };
        let covers = i64::try_from(self.settings.second_factor_covers.as_millis()).unwrap_or(i64::MAX);
        let age = self.world.now().timestamp_millis() - proved;
        // A proof from the future was given before the clock was set back; who knows how long ago.
        let left = if age < 0 { 0 } else { covers.saturating_sub(age).max(0) };
        Ok(Some(u32::try_from(left / 1000).unwrap_or(u32::MAX)))
    }

    /// Whether this is the password of the caller's user; wrong ones count as tries.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for tokens; [`Error::WrongPassword`], [`Error::TooManyTries`].
    pub async fn check_password(&self, caller: &Caller, client: &Client, password: &str) -> Result<()> {
        self.prove_password(caller, client, password).await.map(drop)
    }

    async fn prove_password(&self, caller: &Caller, client: &Client, password: &str) -> Result<ProvedPassword> {
        caller.require(Right::ManageSelf)?;
        let ended = || Error::NotAuthenticated(Credential::Ended);
        let session = caller.session().ok_or_else(ended)?;
        let tried = self.throttle.reserve(Guess::StepUp { user: caller.user, session }).await?;
        let hash: String = sqlx::query_scalar("SELECT password_hash FROM users WHERE id = $1 AND enabled = 1")
            .bind(caller.user.0)
            .fetch_optional(self.store.read())
            .await?
            .ok_or_else(ended)?;
        match self.passwords.check(tried, Some(&hash), password).await? {
            Verdict::Right => Ok(ProvedPassword(hash)),
            Verdict::Wrong { wait } => {
                let subject = format!("user:{} {}", caller.user, caller.email);
                self.refusals.note(Event::by(caller, client, "password.confirm", subject).refused("wrong password"));
                Err(Error::WrongPassword { wait })
            }
        }
    }

    async fn check_second_factor(&self, caller: &Caller, client: &Client, proof: Option<&Proof>) -> Result<()> {
        let covered = self.second_factor_cover(caller).await?;
        let (Some(0), having) = (covered, having(&mut *self.store.read().acquire().await?, caller.user).await?) else {
            return Ok(());
        };
        let Some(proof) = proof else {
            return Err(Error::SecondFactorNeeded { totp: having.totp, passkey: having.passkeys });
        };
        self.second_factor.prove(caller.user, &caller.email, client, proof).await?;
        let mut tx = self.store.begin().await?;
        self.second_factor.mark_proved(&mut tx, caller).await?;
        tx.commit(&[]).await
    }

    /// Gives the caller's session a new value; the old one answers for a few seconds more.
    pub(super) async fn rotate_session(&self, caller: &Caller) -> Result<Secret> {
        let session = caller.session().ok_or(Error::NotAuthenticated(Credential::Ended))?;
        let secret = Secret::new_session(&self.world, caller.user);
        let mut tx = self.store.begin().await?;
        // One statement: of two changes at the same time each forgets the value that it replaced, and not both the same.
        let former: Vec<u8> = sqlx::query_scalar(
            "UPDATE sessions SET previous_hash = secret_hash, secret_hash = $1, rotated_at = $2 WHERE id = $3 \
             RETURNING previous_hash",
        )
        .bind(secret.hash().to_vec())
        .bind(self.world.now().timestamp_millis())
        .bind(session.0)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Error::NotAuthenticated(Credential::Ended))?;
        let former = SecretHash::from_stored(&former);
        let replaced: Vec<_> = former.map(Invalidation::Session).into_iter().collect();
        tx.commit(&replaced).await?;
        Ok(secret)
    }
}
