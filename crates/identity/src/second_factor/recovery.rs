//! Recovery codes: ten, each good for one sign-in without the authenticator.

use chrono::{DateTime, Utc};

use super::having;
use crate::accounts::Confirmed;
use crate::second_factor::SecondFactor;
use keyrack_core::audit;
use keyrack_core::error::{Error, Result};
use keyrack_core::secret::SecretHash;
use keyrack_core::store::Tx;
use keyrack_core::world::World;
use keyrack_types::ids::UserId;

const COUNT: usize = 10;
/// Characters that are not taken for each other when copied by hand: 32 of them, 5 bits each.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// 120 bits: from 112 on a fast hash keeps them as well as a slow one (NIST SP 800-63B).
const LENGTH: usize = 24;

impl SecondFactor {
    /// New recovery codes in place of all former ones; returned only here.
    ///
    /// # Errors
    /// [`Error::NotFound`] without a second factor that they could stand in for.
    pub async fn regenerate_recovery_codes(&self, confirmed: &Confirmed) -> Result<Vec<String>> {
        let caller = confirmed.caller();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        if !having(&mut tx, caller.user).await?.any() {
            return Err(Error::NotFound("recovery codes come with a second factor, and none is in use".into()));
        }
        let codes = replace(&mut tx, caller.user, &self.world).await?;
        audit::append(&mut tx, self.world.now(), confirmed.own_event("second-factor.recovery-codes")).await?;
        tx.commit(&[]).await?;
        Ok(codes)
    }
}

/// Makes new codes; the former ones are worth nothing any more.
pub(super) async fn replace(tx: &mut Tx, user: UserId, world: &World) -> Result<Vec<String>> {
    sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1").bind(user.0).execute(&mut **tx).await?;
    let mut codes = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let random: [u8; LENGTH] = world.random();
        let code: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        sqlx::query("INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)")
            .bind(user.0)
            .bind(SecretHash::of(&code).to_vec())
            .execute(&mut **tx)
            .await?;
        codes.push(grouped(&code));
    }
    Ok(codes)
}

/// Whether it has the form of a code, without anything between its characters.
pub(super) fn is_code(typed: &str) -> bool {
    typed.len() == LENGTH && typed.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// Whether it is a code that was not used yet; then it is now.
pub(super) async fn take(tx: &mut Tx, user: UserId, code: &str, now: DateTime<Utc>) -> Result<bool> {
    let taken =
        sqlx::query("UPDATE recovery_codes SET used_at = $1 WHERE user_id = $2 AND code_hash = $3 AND used_at IS NULL")
            .bind(now.timestamp_millis())
            .bind(user.0)
            .bind(SecretHash::of(code).to_vec())
            .execute(&mut **tx)
            .await?;
    Ok(taken.rows_affected() == 1)
}

/// In groups of four, as they are shown.
fn grouped(code: &str) -> String {
    let groups: Vec<_> = code.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("-")
}
