//! Giving a token a new secret; the old one dies at once, or after an overlap, and everything else stays.

use chrono::{DateTime, Utc};

use super::rows::{TokenRow, token_to_change};
use super::rules::{check_expiry, check_may_change};
use super::secrets::{self, add_current, end_of_overlap, live, replace_at_once, whole_second};
use crate::Tokens;
use keyrack_core::audit::{self, Event};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::secret::Secret;
use keyrack_identity::accounts::Confirmed;
use keyrack_identity::notices::{Notice, notify};
use keyrack_types::bounds::tokens::OVERLAP;
use keyrack_types::dates::wire_moment;
use keyrack_types::token_limits::SecretState;
use keyrack_types::tokens::{NewSecret, TokenView};

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
        self.rotate(confirmed, id, version, renewal, 0).await
    }

    /// As [`regenerate`](Tokens::regenerate); the former secret is accepted for so many seconds more. A secret that overlaps
    /// already ends: there is one at most.
    ///
    /// # Errors
    /// As there; [`Error::Invalid`] naming `overlap` where it is too long, ends after the token, or there is nothing that could
    /// overlap.
    pub async fn rotate(
        &self,
        confirmed: &Confirmed,
        id: i64,
        version: Option<i64>,
        renewal: Renewal,
        overlap: u32,
    ) -> Result<NewSecret> {
        let caller = confirmed.caller();
        let now = self.world.now();
        let secret = Secret::new_token(&self.world);
        // From now on each secret has a last use of its own, and so far this one has the token's.
        self.usage.flush(&self.store, &self.catalog).await?;
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let mut token = token_to_change(&mut tx, caller, id).await?;
        token.secrets = self.secrets_of(&mut tx, token.id).await?;
        check_may_change(caller, token.owner, token.shared)?;
        if version.is_some_and(|version| version != token.version) {
            return Err(Error::Changed(Box::new(self.view(caller, token))));
        }
        let expires = renewed(&token, renewal, now)?;
        let millis = now.timestamp_millis();
        let invalidated = live(&mut tx, token.id).await?;
        let retires = check_overlap(&token, invalidated.is_empty(), expires, overlap, now)?;
        match retires {
            Some(retires) => {
                secrets::overlap(&mut tx, token.id, millis, retires.timestamp_millis()).await?;
                add_current(&mut tx, token.id, secret.hash(), millis, caller.user).await?;
            }
            None => replace_at_once(&mut tx, token.id, secret.hash(), millis, caller.user).await?,
        }
        sqlx::query(
            "UPDATE tokens SET secret_hash = $1, secret_at = $2, expires_at = $3, owner_id = $5, secret_by = $5, frozen_at = NULL, \
             version = version + 1 WHERE id = $4",
        )
        .bind(secret.hash().to_vec())
        .bind(now.timestamp_millis())
        .bind(expires.map(|end| end.timestamp_millis()))
        .bind(token.id.0)
        .bind(caller.user.0)
        .execute(&mut *tx)
        .await?;
        let taken_over = token.owner != caller.user;
        // A session ends with the secret that opened it, and none stays open to a former owner.
        if retires.is_none() || taken_over {
            sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(token.id.0).execute(&mut *tx).await?;
        }
        let mut event = Event::by(caller, confirmed.client(), "token.regenerate", token.subject())
            .with("expires", expires.map_or_else(|| "never".to_owned(), wire_moment));
        if let Some(retires) = retires {
            event = event.with("formerValueUntil", wire_moment(retires));
        }
        if token.frozen {
            event = event.with("thawed", true);
        }
        if taken_over {
            event = event.with("owner", format!("{} → {}", token.owner_email, caller.email));
        }
        audit::append(&mut tx, now, event).await?;
        let notice =
            Notice::TokenRegenerated { description: &token.description, by: &caller.email, taken_over, until: retires };
        notify(&mut tx, &self.settings, now, token.owner, Some(caller.account), notice).await?;
        let mut renewed = token_to_change(&mut tx, caller, id).await?;
        renewed.secrets = self.secrets_of(&mut tx, renewed.id).await?;
        tx.commit(&invalidated).await?;
        Ok(NewSecret { token: self.view(caller, renewed), secret: secret.as_str().to_owned() })
    }

    /// Ends the former secret of a token that is still accepted.
    ///
    /// # Errors
    /// [`Error::NotFound`], also when there is no such secret; [`Error::Forbidden`].
    pub async fn end_rotation(&self, confirmed: &Confirmed, id: i64) -> Result<TokenView> {
        let caller = confirmed.caller();
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let token = token_to_change(&mut tx, caller, id).await?;
        check_may_change(caller, token.owner, token.shared)?;
        let secrets = self.secrets_of(&mut tx, token.id).await?;
        if !secrets.iter().any(|secret| secret.state == SecretState::Overlapping) {
            let why = format!("token {id} has no former value that is still accepted: there is no rotation to end");
            return Err(Error::NotFound(why.into()));
        }
        let invalidated = live(&mut tx, token.id).await?;
        secrets::end_overlapping(&mut tx, token.id, now.timestamp_millis()).await?;
        sqlx::query("UPDATE tokens SET version = version + 1 WHERE id = $1").bind(id).execute(&mut *tx).await?;
        let event = Event::by(caller, confirmed.client(), "token.end-rotation", token.subject());
        audit::append(&mut tx, now, event).await?;
        let mut changed = token_to_change(&mut tx, caller, id).await?;
        changed.secrets = self.secrets_of(&mut tx, changed.id).await?;
        tx.commit(&invalidated).await?;
        Ok(self.view(caller, changed))
    }

    /// Lets the former secret of a token be accepted for so many seconds from now.
    ///
    /// # Errors
    /// As [`end_rotation`](Tokens::end_rotation), and [`Error::Invalid`] naming `overlap` as [`rotate`](Tokens::rotate).
    pub async fn extend_rotation(&self, confirmed: &Confirmed, id: i64, overlap: u32) -> Result<TokenView> {
        let caller = confirmed.caller();
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let token = token_to_change(&mut tx, caller, id).await?;
        check_may_change(caller, token.owner, token.shared)?;
        let secrets = self.secrets_of(&mut tx, token.id).await?;
        let invalidated = live(&mut tx, token.id).await?;
        let retires = check_overlap(&token, invalidated.is_empty(), token.expires, overlap, now)?;
        let (Some(retires), true) = (retires, secrets.iter().any(|secret| secret.state == SecretState::Overlapping))
        else {
            let why = format!("token {id} has no former value that is still accepted: regenerate it with an overlap");
            return Err(Error::NotFound(why.into()));
        };
        sqlx::query("UPDATE token_secrets SET retires_at = $1 WHERE token_id = $2 AND state = 'overlapping'")
            .bind(retires.timestamp_millis())
            .bind(id)
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE tokens SET version = version + 1 WHERE id = $1").bind(id).execute(&mut *tx).await?;
        let event = Event::by(caller, confirmed.client(), "token.extend-rotation", token.subject())
            .with("formerValueUntil", wire_moment(retires));
        audit::append(&mut tx, now, event).await?;
        let mut changed = token_to_change(&mut tx, caller, id).await?;
        changed.secrets = self.secrets_of(&mut tx, changed.id).await?;
        tx.commit(&invalidated).await?;
        Ok(self.view(caller, changed))
    }
}

/// The end of the overlap of the former secret; none where it dies at once.
fn check_overlap(
    token: &TokenRow,
    nothing_accepted: bool,
    expires: Option<DateTime<Utc>>,
    overlap: u32,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let refused = |why: String| Err(Error::invalid(field::Token::Overlap, why));
    if overlap == 0 {
        return Ok(None);
    }
    if overlap > OVERLAP {
        return refused(format!("the former value can be accepted for {OVERLAP} seconds (30 days) at most"));
    }
    if nothing_accepted || token.frozen || token.expires.is_some_and(|end| end <= now) {
        return refused("the present value is refused already, so it cannot go on: leave the overlap out".into());
    }
    let end = end_of_overlap(now, overlap);
    match expires {
        Some(last) if end > last => {
            let most = (last - now).num_seconds().max(0);
            refused(format!("the token ends on {} UTC: the overlap can be {most} seconds at most", wire_moment(last)))
        }
        _ => Ok(Some(end)),
    }
}

fn renewed(token: &TokenRow, renewal: Renewal, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let expired = token.expires.filter(|end| *end <= now);
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
        (Renewal::FormerSpan, Some(end)) => {
            Ok(Some(whole_second(now + (end - token.secret_at).max(chrono::TimeDelta::seconds(1)))))
        }
    }
}
