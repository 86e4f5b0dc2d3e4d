//! Second factors: one-time codes, recovery codes, passkeys.
//!
//! A second factor is asked for at sign-in and before changes that matter. A proof is looked at only after the password
//! was right, so a stranger can neither try codes nor slow anybody down.

mod codes;
mod passkey_site;
mod passkeys;
mod recovery;
mod totp;

pub use passkey_site::PasskeySite;
pub use passkeys::Ceremony;
pub use totp::Enrolment;

use codes::Typed;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use keyrack_core::audit::Event;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::core::Core;
use keyrack_core::error::{Error, Result};
use keyrack_core::on_core;
use keyrack_core::passwords::Verdict;
use keyrack_core::store::Tx;
use keyrack_core::throttle::Guess;
use keyrack_types::ids::UserId;
use keyrack_types::second_factor::{PasskeyView, SecondFactors};

/// How a second factor is proved.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// Six digits of the authenticator, or a recovery code.
    Code(String),
    /// A passkey's answer (the browser's JSON) to a ceremony that this server began.
    Passkey { ceremony: i64, answer: String },
}

/// Second factors of people.
#[derive(Clone)]
pub struct SecondFactor {
    core: Core,
    passkey_site: Option<Arc<PasskeySite>>,
}

on_core!(SecondFactor);

impl SecondFactor {
    /// Second factors; without a site there are no passkeys.
    pub fn new(core: Core, passkey_site: Option<Arc<PasskeySite>>) -> SecondFactor {
        SecondFactor { core, passkey_site }
    }
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Proof::Code(_) => "Code(…)",
            Proof::Passkey { .. } => "Passkey(…)",
        })
    }
}

keyrack_core::store::row! {
    /// Which second factors a user has.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Having {
        pub totp: bool,
        pub passkeys: bool,
    }

    struct PasskeyRow {
        id: i64,
        name: String,
        created_at: DateTime<Utc>,
        last_used_at: Option<DateTime<Utc>>,
    }
}

impl Having {
    /// Whether there is any.
    pub fn any(self) -> bool {
        self.totp || self.passkeys
    }
}

/// Which second factors protect this user now.
pub(crate) async fn having(connection: &mut AnyConnection, user: UserId) -> Result<Having> {
    Ok(sqlx::query_as::<_, Having>(
        "SELECT (SELECT count(*) FROM totp WHERE user_id = $1 AND confirmed = 1) AS totp, \
         (SELECT count(*) FROM passkeys WHERE user_id = $1) AS passkeys",
    )
    .bind(user.0)
    .fetch_one(connection)
    .await?)
}

impl SecondFactor {
    /// What the Security page shows of the caller's second factors.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn second_factors(&self, caller: &Caller) -> Result<SecondFactors> {
        let mut connection = self.store.read().acquire().await?;
        let having = having(&mut connection, caller.user).await?;
        let codes_left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL")
                .bind(caller.user.0)
                .fetch_one(&mut *connection)
                .await?;
        let always: i64 = sqlx::query_scalar("SELECT second_factor_always FROM users WHERE id = $1")
            .bind(caller.user.0)
            .fetch_one(&mut *connection)
            .await?;
        let rows = sqlx::query_as::<_, PasskeyRow>(
            "SELECT id, name, created_at, last_used_at FROM passkeys WHERE user_id = $1 ORDER BY id",
        )
        .bind(caller.user.0)
        .fetch_all(&mut *connection)
        .await?;
        let view = |row: PasskeyRow| PasskeyView {
            id: row.id,
            name: row.name,
            created: row.created_at,
            last_used: row.last_used_at,
        };
        let passkeys = rows.into_iter().map(view).collect();
        Ok(SecondFactors {
            totp: having.totp,
            passkeys,
            recovery_codes_left: u32::try_from(codes_left).unwrap_or(u32::MAX),
            ask_always: always != 0,
        })
    }

    /// Checks a proof of a user's second factor; each code and each ceremony is taken once.
    ///
    /// Only one-time codes can be guessed, so only they are counted and held back: whoever has the password and tries codes
    /// does not keep the user's recovery codes and passkeys out.
    ///
    /// # Errors
    /// [`Error::WrongCode`]; [`Error::TooManyTries`] for a one-time code.
    pub(crate) async fn prove(&self, user: UserId, email: &str, client: &Client, proof: &Proof) -> Result<()> {
        let verdict = match proof {
            Proof::Code(typed) => match Typed::read(typed) {
                Typed::OneTime(code) => self.try_one_time_code(user, &code).await?,
                Typed::Recovery(code) => {
                    let mut tx = self.store.begin().await?;
                    let right = recovery::take(&mut tx, user, &code, self.world.now()).await?;
                    tx.commit(&[]).await?;
                    if right { Verdict::Right } else { Verdict::Wrong { wait: 0 } }
                }
                Typed::Neither => Verdict::Wrong { wait: 0 },
            },
            Proof::Passkey { ceremony, answer } => {
                let mut tx = self.store.begin().await?;
                let right = self.take_passkey(&mut tx, user, *ceremony, answer).await?;
                // Also after a wrong answer: the ceremony that it answered is used up.
                tx.commit(&[]).await?;
                if right { Verdict::Right } else { Verdict::Wrong { wait: 0 } }
            }
        };
        let Verdict::Wrong { wait } = verdict else { return Ok(()) };
        let event = Event::by_user(self.home(user).await?, email, client, "second-factor.prove").refused("wrong code");
        self.refusals.note(event);
        Err(Error::WrongCode { wait })
    }

    /// Per user, not per address: who gets here knows the password, and must not try codes from a thousand places.
    async fn try_one_time_code(&self, user: UserId, code: &str) -> Result<Verdict> {
        let tried = self.throttle.reserve(Guess::Code { user }).await?;
        let mut tx = self.store.begin().await?;
        let right = totp::take(&mut tx, user, code, self.world.now()).await?;
        tx.commit(&[]).await?;
        if !right {
            return Ok(Verdict::Wrong { wait: tried.failed() });
        }
        tried.succeeded();
        Ok(Verdict::Right)
    }

    /// The account that a user's own entries belong to.
    pub(crate) async fn home(&self, user: UserId) -> Result<Option<(UserId, keyrack_types::ids::AccountId)>> {
        let account: Option<i64> = sqlx::query_scalar(
            "SELECT account_id FROM memberships WHERE user_id = $1 \
             ORDER BY CASE role WHEN 'owner' THEN 0 ELSE 1 END, account_id LIMIT 1",
        )
        .bind(user.0)
        .fetch_optional(self.store.read())
        .await?;
        Ok(account.map(|id| (user, keyrack_types::ids::AccountId(id))))
    }

    /// Sets whether the second factor is asked at every change, or one proof covers five minutes.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn ask_second_factor_always(&self, confirmed: &crate::accounts::Confirmed, always: bool) -> Result<()> {
        let caller = confirmed.caller();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        sqlx::query("UPDATE users SET second_factor_always = $1 WHERE id = $2")
            .bind(i64::from(always))
            .bind(caller.user.0)
            .execute(&mut *tx)
            .await?;
        let event = confirmed.own_event("second-factor.settings").with("always", always);
        keyrack_core::audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
    }
}

/// Drops the recovery codes once no second factor is left that they could stand in for.
pub(crate) async fn drop_unneeded_codes(tx: &mut Tx, user: UserId) -> Result<()> {
    if !having(&mut *tx, user).await?.any() {
        sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1").bind(user.0).execute(&mut **tx).await?;
    }
    Ok(())
}
