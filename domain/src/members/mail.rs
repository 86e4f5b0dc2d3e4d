//! Mailing invitations: later, from the table of invitations, so that nobody who invites waits for a mail server.

use sqlx::Row;

use crate::error::Result;
use crate::keyrack::Keyrack;
use crate::notices::{Mailer, TRIES, pause_after};
use crate::secret::Secret;

const BATCH: i64 = 50;

impl Keyrack {
    /// Mails the invitations that are due. This is the one mail that carries a secret, and the only way for it to reach the
    /// invited address. The secret is made here, beside the one that the owner was told, and only its hash is kept: the
    /// outbox holds nothing that opens anything. A further try makes a further secret, and the former link is void.
    pub(crate) async fn mail_invitations(&self, mailer: &Mailer) -> Result<()> {
        let now = self.world.now().timestamp_millis();
        let due = sqlx::query(
            "SELECT i.id, i.email, u.email, i.mail_tries FROM invitations i JOIN users u ON u.id = i.invited_by \
             WHERE i.mail_state = 'waiting' AND i.mail_next <= $1 AND i.expires_at >= $1 ORDER BY i.id LIMIT $2",
        )
        .bind(now)
        .bind(BATCH)
        .fetch_all(self.store.read())
        .await?;
        for row in due {
            let (id, tries): (i64, i64) = (row.try_get(0)?, row.try_get(3)?);
            let Some(secret) = self.claim_invitation_mail(id, tries, now).await? else { continue };
            let (to, by): (String, String) = (row.try_get(1)?, row.try_get(2)?);
            let link = format!("{}/invite?token={}", self.settings.public_url.trim_end_matches('/'), secret.as_str());
            let body = format!(
                "{by} invites you to an account on Keyrack.\n\nFollow this link to accept; it works once:\n{link}\n"
            );
            let state = match mailer.send(&to, "You are invited to Keyrack", body).await {
                Ok(()) => "sent",
                Err(error) => {
                    tracing::warn!(invitation = id, tries = tries + 1, %error, "invitation not mailed");
                    if tries + 1 < TRIES {
                        continue;
                    }
                    "given-up"
                }
            };
            let mut tx = self.store.begin().await?;
            sqlx::query("UPDATE invitations SET mail_state = $1 WHERE id = $2")
                .bind(state)
                .bind(id)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Claims a mail before it is sent, so that of several servers one sends; `None` when another one has it.
    async fn claim_invitation_mail(&self, id: i64, tries: i64, now: i64) -> Result<Option<Secret>> {
        let secret = Secret::new_link(&self.world);
        let mut tx = self.store.begin().await?;
        let claimed = sqlx::query(
            "UPDATE invitations SET mail_hash = $1, mail_tries = mail_tries + 1, mail_next = $2 \
             WHERE id = $3 AND mail_state = 'waiting' AND mail_tries = $4",
        )
        .bind(secret.hash().to_vec())
        .bind(now + pause_after(tries))
        .bind(id)
        .bind(tries)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok((claimed.rows_affected() == 1).then_some(secret))
    }
}
