//! Mailing invitations: later, from the table of invitations, so that nobody who invites waits for a mail server.

use sqlx::Row;
use sqlx::any::AnyRow;

use keyrack_core::core::Core;
use keyrack_core::error::Result;
use keyrack_core::secret::Secret;
use keyrack_core::store::Tx;
use keyrack_identity::notices::{Mail, Outbox};

/// The invitations that wait to be mailed. This is the one mail that carries a secret, and the only way for it to reach the
/// invited address. The secret is made here, beside the one that the owner got, and only its hash is kept: the outbox
/// holds nothing that opens anything. A further try makes a further secret, and the former link is void.
pub struct Invitations;

impl Outbox for Invitations {
    const TABLE: &'static str = "invitations";
    const DUE: &'static str = "SELECT i.id, i.mail_tries, i.email, u.email FROM invitations i JOIN users u ON u.id = i.invited_by \
         WHERE i.mail_state = 'waiting' AND i.mail_next <= $1 AND i.expires_at >= $1 ORDER BY i.id LIMIT $2";

    async fn write(core: &Core, row: &AnyRow, claim: &mut Tx) -> Result<Mail> {
        let id: i64 = row.try_get(0)?;
        let secret = Secret::new_link(&core.world);
        sqlx::query("UPDATE invitations SET mail_hash = $1 WHERE id = $2")
            .bind(secret.hash().to_vec())
            .bind(id)
            .execute(&mut **claim)
            .await?;
        let by: String = row.try_get(3)?;
        let link = format!("{}/invite?token={}", core.settings.public_url.trim_end_matches('/'), secret.as_str());
        let body = format!(
            "{by} invites you to an account on Keyrack.\n\nFollow this link to accept; it works once:\n{link}\n"
        );
        Ok(Mail { to: row.try_get(2)?, subject: "You are invited to Keyrack".into(), body })
    }
}
