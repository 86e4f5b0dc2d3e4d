//! One-time codes of an authenticator (RFC 6238: SHA-1, 30 s, 6 digits).

use chrono::{DateTime, Utc};
use totp_rs::{Algorithm, Builder, Totp};

use super::codes::Typed;
use super::{drop_unneeded_codes, having, recovery};
use crate::accounts::Confirmed;
use crate::notices::{self, Notice};
use crate::second_factor::SecondFactor;
use keyrack_core::audit;
use keyrack_core::caller::Caller;
use keyrack_core::error::{Error, Result};
use keyrack_core::settings::Settings;
use keyrack_core::store::Tx;
use keyrack_core::throttle::Guess;
use keyrack_types::bounds::guessing::ENROLMENT;
use keyrack_types::ids::UserId;

/// Digits of a code.
const DIGITS: usize = 6;
const STEP_SECONDS: i64 = 30;
/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// What an authenticator needs to be set up; shown until the first code confirms it.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret in base32, for typing.
    pub secret: String,
    /// The `otpauth://` address.
    pub address: String,
    /// The address as a QR code, an SVG document.
    pub qr: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

impl SecondFactor {
    /// Begins setting up an authenticator. Nothing is protected until [`enable_totp`](SecondFactor::enable_totp), which has to
    /// come within a quarter of an hour and before the password changes; beginning again replaces the secret.
    ///
    /// # Errors
    /// [`Error::Exists`] when one is in use already.
    pub async fn begin_totp(&self, confirmed: &Confirmed) -> Result<Enrolment> {
        let caller = confirmed.caller();
        let secret: [u8; SECRET_BYTES] = self.world.random();
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        if having(&mut tx, caller.user).await?.totp {
            return Err(Error::Exists("an authenticator is in use already: switch it off first".into()));
        }
        sqlx::query("DELETE FROM totp WHERE user_id = $1").bind(caller.user.0).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO totp (user_id, secret, created_at) VALUES ($1, $2, $3)")
            .bind(caller.user.0)
            .bind(secret.to_vec())
            .bind(now.timestamp_millis())
            .execute(&mut *tx)
            .await?;
        audit::append(&mut tx, now, confirmed.own_event("second-factor.begin").with("kind", "totp")).await?;
        tx.commit(&[]).await?;
        enrolment(&secret, &caller.email, &self.settings)
    }

    /// The set-up that was begun and can still be confirmed.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn pending_totp(&self, caller: &Caller) -> Result<Option<Enrolment>> {
        let secret: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT secret FROM totp WHERE user_id = $1 AND confirmed = 0 AND created_at >= $2")
                .bind(caller.user.0)
                .bind(begun_from(self.world.now()))
                .fetch_optional(self.store.read())
                .await?;
        secret.map(|secret| enrolment(&secret, &caller.email, &self.settings)).transpose()
    }

    /// Switches the authenticator on by its first code; returns the recovery codes, which are shown once, or none
    /// when the user has some already. Wrong codes are counted as those of a second factor in use are.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::TooManyTries`]; [`Error::NotFound`] when nothing was begun.
    pub async fn enable_totp(&self, confirmed: &Confirmed, code: &str) -> Result<Vec<String>> {
        let caller = confirmed.caller();
        let tried = self.throttle.reserve(Guess::Code { user: caller.user }).await?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let secret: Vec<u8> =
            sqlx::query_scalar("SELECT secret FROM totp WHERE user_id = $1 AND confirmed = 0 AND created_at >= $2")
                .bind(caller.user.0)
                .bind(begun_from(now))
                .fetch_optional(&mut *tx)
                .await?
                .ok_or_else(nothing_begun)?;
        let step = match Typed::read(code) {
            Typed::OneTime(code) => matching_step(&secret, &code, now)?,
            Typed::Recovery(_) | Typed::Neither => None,
        };
        let Some(step) = step else {
            let wait = tried.failed();
            self.refusals.note(confirmed.own_event("second-factor.enable").refused("wrong code"));
            return Err(Error::WrongCode { wait });
        };
        tried.succeeded();
        let had_any = having(&mut tx, caller.user).await?.any();
        // The condition in the statement, not only the look before it: of two requests with one code one switches on and
        // gets the recovery codes, and a set-up that was begun anew meanwhile is not confirmed by the former one's code.
        let switched = sqlx::query(
            "UPDATE totp SET confirmed = 1, last_step = $1 WHERE user_id = $2 AND confirmed = 0 AND secret = $3",
        )
        .bind(step)
        .bind(caller.user.0)
        .bind(secret)
        .execute(&mut *tx)
        .await?;
        if switched.rows_affected() == 0 {
            return Err(nothing_begun());
        }
        let codes = if had_any { Vec::new() } else { recovery::replace(&mut tx, caller.user, &self.world).await? };
        self.mark_proved(&mut tx, caller).await?;
        audit::append(&mut tx, now, confirmed.own_event("second-factor.enable").with("kind", "totp")).await?;
        notices::notify(
            &mut tx,
            &self.settings,
            now,
            caller.user,
            Some(caller.account),
            Notice::SecondFactorOn { kind: "one-time codes" },
        )
        .await?;
        tx.commit(&[]).await?;
        Ok(codes)
    }

    /// Switches the authenticator off.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn disable_totp(&self, confirmed: &Confirmed) -> Result<()> {
        let caller = confirmed.caller();
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let gone = sqlx::query("DELETE FROM totp WHERE user_id = $1 AND confirmed = 1")
            .bind(caller.user.0)
            .execute(&mut *tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Err(Error::NotFound("no authenticator is in use".into()));
        }
        drop_unneeded_codes(&mut tx, caller.user).await?;
        audit::append(&mut tx, now, confirmed.own_event("second-factor.disable").with("kind", "totp")).await?;
        notices::notify(
            &mut tx,
            &self.settings,
            now,
            caller.user,
            Some(caller.account),
            Notice::SecondFactorOff { kind: "one-time codes" },
        )
        .await?;
        tx.commit(&[]).await
    }

    /// Notes that the caller's session has just proved a second factor.
    pub(crate) async fn mark_proved(&self, tx: &mut Tx, caller: &Caller) -> Result<()> {
        if let Some(session) = caller.session() {
            sqlx::query("UPDATE sessions SET second_factor_at = $1 WHERE id = $2")
                .bind(self.world.now().timestamp_millis())
                .bind(session.0)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }
}

fn nothing_begun() -> Error {
    Error::NotFound("no authenticator is being set up, or that was begun too long ago: begin again".into())
}

/// A set-up that is confirmed now must have been begun since this moment (milliseconds since 1970).
fn begun_from(now: DateTime<Utc>) -> i64 {
    now.timestamp_millis().saturating_sub(i64::try_from(ENROLMENT.as_millis()).unwrap_or(i64::MAX))
}

/// Whether it has the form of a code, without anything between its digits.
pub(super) fn is_code(typed: &str) -> bool {
    typed.len() == DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the code is that of this step or the one before, and newer than any that was taken; then it is used up.
pub(super) async fn take(tx: &mut Tx, user: UserId, code: &str, now: DateTime<Utc>) -> Result<bool> {
    let secret: Option<Vec<u8>> = sqlx::query_scalar("SELECT secret FROM totp WHERE user_id = $1 AND confirmed = 1")
        .bind(user.0)
        .fetch_optional(&mut **tx)
        .await?;
    let Some(secret) = secret else { return Ok(false) };
    let Some(step) = matching_step(&secret, code, now)? else { return Ok(false) };
    // The condition in the statement, not a look before it: two requests with one code must not both pass.
    let taken = sqlx::query("UPDATE totp SET last_step = $1 WHERE user_id = $2 AND last_step < $1")
        .bind(step)
        .bind(user.0)
        .execute(&mut **tx)
        .await?;
    Ok(taken.rows_affected() == 1)
}

/// The 30-second step whose code this is: the present one or the one before, for people who type slowly.
fn matching_step(secret: &[u8], code: &str, now: DateTime<Utc>) -> Result<Option<i64>> {
    let totp = totp(secret, "", "Keyrack")?;
    let present = now.timestamp() / STEP_SECONDS;
    Ok([present, present - 1]
        .into_iter()
        .find(|step| u64::try_from(step * STEP_SECONDS).is_ok_and(|time| totp.check(code, time).is_some())))
}

fn totp(secret: &[u8], account: &str, issuer: &str) -> Result<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS as u8)
        .with_skew(0)
        .with_step_duration(STEP_SECONDS as u64)
        .with_secret(secret)
        .with_account_name(account)
        .with_issuer(Some(issuer))
        .build()
        .map_err(|error| Error::internal(error.to_string()))
}

/// Authenticators replace an entry by another one with the same label, so the label tells servers and users apart. A colon
/// parts the two in it and can stand in neither.
fn enrolment(secret: &[u8], email: &str, settings: &Settings) -> Result<Enrolment> {
    let issuer = format!("Keyrack {}", settings.server_name());
    let totp = totp(secret, &email.replace(':', "-"), &issuer)?;
    let address = totp.to_url().map_err(|error| Error::internal(error.to_string()))?;
    let qr = qrcode::QrCode::new(&address).map_err(Error::internal)?;
    let qr = qr
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(192, 192)
        .dark_color(qrcode::render::svg::Color("#000"))
        .light_color(qrcode::render::svg::Color("#fff"))
        .build();
    Ok(Enrolment { secret: totp.secret().to_base32(), address, qr })
}
