//! Giving a token a new secret; the old one dies at once, everything else stays.

use chrono::{DateTime, Utc};

use super::rows::{TokenRow, token_to_change};
use super::rules::{check_expiry, check_may_change};
use crate::Tokens;
use keyrack_core::audit::{self, Event};
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::secret::Secret;
use keyrack_identity::accounts::Confirmed;
use keyrack_identity::notices::{Notice, notify};
use keyrack_types::dates::wire_moment;
use keyrack_types::tokens::NewSecret;

/// Until when the token lives with its new secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// Its date stays; refused for a token that has expired.
    KeepDate,
    /// Its date stays; an expired token gets the span again that it had. For clients that cannot be asked.
    FormerSpan,
    /// A new date; `None` = never ends.
    Until(Option<DateTime<Utc>>),
}

impl Tokens {
    /// Gives the token a new secret. The answer holds it, this once. Whoever makes a secret knows it, so the token is that member's
    /// from then on, with the rights of that member; the owner before gets a notice.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`]; [`Error::Invalid`] naming `expiresAt` for a past
    /// date, or when the token has expired and no new date came with it.
    pub async fn regenerate(
        &self,
        confirmed: &Confirmed,
        id: i64,
        version: Option<i64>,
        renewal: Renewal,
    ) -> Result<NewSecret> {
        let caller = confirmed.caller();
        let now = self.world.now();
        let secret = Secret::new_token(&self.world);
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let token = token_to_change(&mut tx, caller, id).await?;
        check_may_change(caller, token.owner, token.shared)?;
        if version.is_some_and(|version| version != token.version) {
            return Err(Error::Changed(Box::new(self.view(caller, token))));
        }
        let expires = renewed(&token, renewal, now)?;
        sqlx::query(
            "UPDATE tokens SET secret_hash = $1, secret_at = $2, expires_at = $3, owner_id = $5, secret_by = $5, \
             version = version + 1 WHERE id = $4",
        )
        .bind(secret.hash().to_vec())
        .bind(now.timestamp_millis())
        .bind(expires.map(|end| end.timestamp_millis()))
        .bind(token.id.0)
        .bind(caller.user.0)
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(token.id.0).execute(&mut *tx).await?;
        let mut event = Event::by(caller, confirmed.client(), "token.regenerate", token.subject())
            .with("expires", expires.map_or_else(|| "never".to_owned(), wire_moment));
        let taken_over = token.owner != caller.user;
        if taken_over {
            event = event.with("owner", format!("{} → {}", token.owner_email, caller.email));
        }
        audit::append(&mut tx, now, event).await?;
        let notice = Notice::TokenRegenerated { description: &token.description, by: &caller.email, taken_over };
        notify(&mut tx, &self.settings, now, token.owner, Some(caller.account), notice).await?;
        let renewed = token_to_change(&mut tx, caller, id).await?;
        tx.commit(&[Invalidation::Token(token.hash, token.id)]).await?;
        Ok(NewSecret { token: self.view(caller, renewed), secret: secret.as_str().to_owned() })
    }
}

fn renewed(token: &TokenRow, renewal: Renewal, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let expired = token.expires.filter(|end| *end < now);
    match (renewal, expired) {
        (Renewal::Until(expires), _) => {
            check_expiry(expires, now)?;
            Ok(expires)
        }
        (_, None) => Ok(token.expires),
        (Renewal::KeepDate, Some(_)) => Err(Error::invalid(
            field::Token::Expires,
            "This token has expired: choose a new date, or leave it empty for a token that never expires.",
        )),
        (Renewal::FormerSpan, Some(end)) => Ok(Some(now + (end - token.secret_at).max(chrono::TimeDelta::seconds(1)))),
    }
}
