//! Changing and resetting passwords.

use zxcvbn::Score;

use super::confirmed::Confirmed;
use crate::accounts::Accounts;
use crate::notices::{Notice, notify};
use keyrack_core::audit::{self, Event};
use keyrack_core::cluster::Invalidation;
use keyrack_core::email::login_forms;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::passwords::{check_length, normalised};
use keyrack_core::secret::SecretHash;
use keyrack_core::store::Tx;
use keyrack_types::ids::UserId;

/// Judges a new password; words of the user's own (address, name) count as easy to guess.
///
/// # Errors
/// [`Error::Invalid`] naming `newPassword`, with advice in words.
pub fn check_strength(password: &str, own_words: &[&str]) -> Result<()> {
    check_length(password).map_err(|error| Error::invalid(field::Account::NewPassword, error.to_string()))?;
    // zxcvbn takes time that grows with the length; what is beyond 100 characters does not make it weaker.
    let looked_at: String = normalised(password).chars().take(100).collect();
    let own_words: Vec<_> = own_words.iter().map(|word| normalised(word)).collect();
    let judged = zxcvbn::zxcvbn(&looked_at, &own_words.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    if judged.score() >= Score::Three {
        return Ok(());
    }
    let mut words = vec!["This password is too easy to guess.".to_owned()];
    if let Some(feedback) = judged.feedback() {
        words.extend(feedback.warning().map(|warning| warning.to_string()));
        words.extend(feedback.suggestions().iter().map(ToString::to_string));
    }
    Err(Error::invalid(field::Account::NewPassword, words.join(" ")))
}

keyrack_core::store::row! {
    /// Whose password was reset.
    struct ResetUser {
        id: UserId,
        email: String,
    }
}

impl Accounts {
    /// Changes the password of the one who confirmed, and ends the user's other sessions.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a password that is too short, too easy to guess, or the present one;
    /// [`Error::WrongPassword`] when another request has changed it meanwhile.
    pub async fn change_password(&self, confirmed: &Confirmed, current: &str, new: &str) -> Result<()> {
        let caller = confirmed.caller();
        let name: String = sqlx::query_scalar("SELECT name FROM users WHERE id = $1")
            .bind(caller.user.0)
            .fetch_one(self.store.read())
            .await?;
        check_strength(new, &[&caller.email, &name, "keyrack"])?;
        if normalised(new) == normalised(current) {
            return Err(Error::invalid(
                field::Account::NewPassword,
                "That is your present password; choose another one.",
            ));
        }
        let hash = self.passwords.hash(&self.world, new).await?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        // Of two changes at the same time the later one was confirmed with a password that is none any more.
        confirmed.hold(&mut tx).await?;
        sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2")
            .bind(hash)
            .bind(caller.user.0)
            .execute(&mut *tx)
            .await?;
        let keep = caller.session().map_or(0, |id| id.0);
        let ended = end_others(&mut tx, caller.user, keep).await?;
        let event = confirmed.own_event("password.change").with("sessionsEnded", ended.len());
        audit::append(&mut tx, now, event).await?;
        notify(&mut tx, &self.settings, now, caller.user, Some(caller.account), Notice::PasswordChanged).await?;
        tx.commit(&ended).await
    }

    /// Sets a user's password at the operator's word, and ends all of the user's sessions. Second factors stay.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown address, [`Error::Invalid`] for a password that cannot be taken.
    pub async fn reset_password(&self, email: &str, new: &str) -> Result<()> {
        let (email, former) = login_forms(email);
        let hash = self.passwords.hash(&self.world, new).await?;
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        let ResetUser { id: user, email } = sqlx::query_as::<_, ResetUser>(
            "UPDATE users SET password_hash = $1 WHERE id = (SELECT id FROM users WHERE email IN ($2, $3) \
             ORDER BY CASE email WHEN $3 THEN 0 ELSE 1 END LIMIT 1) RETURNING id, email",
        )
        .bind(hash)
        .bind(&email)
        .bind(&former)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(|| Error::NotFound(format!("there is no user with the e-mail address {email}").into()))?;
        let ended = end_others(&mut tx, user, 0).await?;
        let account: Option<i64> =
            sqlx::query_scalar("SELECT account_id FROM memberships WHERE user_id = $1 ORDER BY account_id LIMIT 1")
                .bind(user.0)
                .fetch_optional(&mut *tx)
                .await?;
        let account = account.map(keyrack_types::ids::AccountId);
        audit::append(&mut tx, now, Event::by_operator(account, "password.reset", format!("user:{user} {email}")))
            .await?;
        notify(&mut tx, &self.settings, now, user, account, Notice::PasswordChanged).await?;
        tx.commit(&ended).await
    }
}

impl Accounts {
    /// Forgets the callers whose passwords an operator has reset since this entry of the audit log (`None`: whatever was
    /// done before now is past); answers the entry up to which that is done.
    pub async fn forget_reset_passwords(&self, since: Option<i64>) -> Result<i64> {
        let last: i64 =
            sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM audit").fetch_one(self.store.read()).await?;
        let Some(since) = since.filter(|since| *since < last) else { return Ok(last) };
        let subjects: Vec<String> = sqlx::query_scalar(
            "SELECT subject FROM audit WHERE id > $1 AND id <= $2 AND action = 'password.reset' ORDER BY id",
        )
        .bind(since)
        .bind(last)
        .fetch_all(self.store.read())
        .await?;
        for subject in subjects {
            let number = subject.strip_prefix("user:").and_then(|rest| rest.split(' ').next());
            if let Some(user) = number.and_then(|number| number.parse().ok()) {
                self.callers.forget_user(UserId(user));
            }
        }
        Ok(last)
    }
}

/// Ends a user's sessions but one, and everything that the former password began: sign-ins that wait for their second factor,
/// and second factors that wait to be confirmed, whose secrets somebody may have learnt with it. Answers what must be
/// forgotten.
async fn end_others(tx: &mut Tx, user: UserId, keep: i64) -> Result<Vec<Invalidation>> {
    for begun in [
        "DELETE FROM sign_in_challenges WHERE user_id = $1",
        "DELETE FROM passkey_ceremonies WHERE user_id = $1",
        "DELETE FROM totp WHERE user_id = $1 AND confirmed = 0",
    ] {
        sqlx::query(begun).bind(user.0).execute(&mut **tx).await?;
    }
    let hashes: Vec<Vec<u8>> =
        sqlx::query_scalar("DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING secret_hash")
            .bind(user.0)
            .bind(keep)
            .fetch_all(&mut **tx)
            .await?;
    let hashes = hashes.iter().filter_map(|hash| SecretHash::from_stored(hash));
    Ok(hashes.map(Invalidation::Session).collect())
}
