//! Mailing invitations: later, from the table of invitations, so that nobody who invites waits for a mail server.

use keyrack_core::core::Core;
use keyrack_core::error::Result;
use keyrack_core::secret::Secret;
use keyrack_core::store::Tx;
use keyrack_identity::notices::{Mail, Outbox};

/// The invitations that wait to be mailed. This is the one mail that carries a secret, and the only way for it to reach the
/// invited address. The secret is made here, beside the one that the owner got, and only its hash is kept: the outbox
/// holds nothing that opens anything. A further try makes a further secret, and the former link is void.
pub struct Invitations;

keyrack_core::store::row! {
    pub struct WaitingInvitation {
        id: i64,
        mail_tries: i64,
        email: String,
        inviter: String,
    }
}

impl Outbox for Invitations {
    type Row = WaitingInvitation;

    const TABLE: &'static str = "invitations";
    const DUE: &'static str = "SELECT i.id, i.mail_tries, i.email, u.email AS inviter FROM invitations i \
         JOIN users u ON u.id = i.invited_by WHERE i.mail_state = 'waiting' AND i.mail_next <= $1 AND i.expires_at >= $1 ORDER BY i.id LIMIT $2";
    const CLAIM: &'static str = "UPDATE invitations SET mail_tries = mail_tries + 1, mail_next = $1 \
         WHERE id = $2 AND mail_state = 'waiting' AND mail_tries = $3";
    const SETTLE: &'static str = "UPDATE invitations SET mail_state = $1 WHERE id = $2";

    fn tried(row: &Self::Row) -> (i64, i64) {
        (row.id, row.mail_tries)
    }

    async fn write(core: &Core, row: WaitingInvitation, claim: &mut Tx) -> Result<Mail> {
        let secret = Secret::new_link(&core.world);
        sqlx::query("UPDATE invitations SET mail_hash = $1 WHERE id = $2")
            .bind(secret.hash().to_vec())
            .bind(row.id)
            .execute(&mut **claim)
            .await?;
        let link = format!("{}/invite?token={}", core.settings.public_url.trim_end_matches('/'), secret.as_str());
        let body = format!(
            "{} invites you to an account on Keyrack.\n\nFollow this link to accept; it works once:\n{link}\n",
            row.inviter
        );
        Ok(Mail { to: row.email, subject: "You are invited to Keyrack".into(), body })
    }
}
