//! Taking tokens back.

use super::rows::token_to_change;
use super::rules::check_may_change;
use super::secrets::{keep_of_removed, live};
use crate::Tokens;
use keyrack_core::audit::{self, Event};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_identity::accounts::Confirmed;

impl Tokens {
    /// Removes tokens: all of those named, or none. Their next call is refused.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Forbidden`] for the first that cannot be removed; [`Error::Invalid`] when none is
    /// named.
    pub async fn remove(&self, confirmed: &Confirmed, ids: &[i64]) -> Result<()> {
        let caller = confirmed.caller();
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Err(Error::invalid(field::Token::Ids, "Name at least one token."));
        }
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let mut removed = Vec::with_capacity(ids.len());
        for id in ids {
            let token = token_to_change(&mut tx, caller, id).await?;
            check_may_change(caller, token.owner, token.shared)?;
            // Sessions that it opened and its methods go with it, by the schema.
            removed.extend(live(&mut tx, token.id).await?);
            keep_of_removed(&mut tx, token.id, self.world.now().timestamp_millis()).await?;
            sqlx::query("DELETE FROM tokens WHERE id = $1").bind(token.id.0).execute(&mut *tx).await?;
            let event = Event::by(caller, confirmed.client(), "token.remove", token.subject());
            audit::append(&mut tx, self.world.now(), event).await?;
        }
        tx.commit(&removed).await
    }
}
