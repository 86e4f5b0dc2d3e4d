//! Mailing notices.

use super::mailer::Mail;
use super::outbox::Outbox;
use keyrack_core::core::Core;
use keyrack_core::error::Result;
use keyrack_core::store::Tx;

/// The notices that wait to be mailed.
pub struct NoticeMails;

keyrack_core::store::row! {
    pub struct WaitingNotice {
        id: i64,
        mail_tries: i64,
        email: String,
        title: String,
        body: String,
    }
}

impl Outbox for NoticeMails {
    type Row = WaitingNotice;

    const TABLE: &'static str = "notices";
    const DUE: &'static str = "SELECT n.id, n.mail_tries, u.email, n.title, n.body FROM notices n JOIN users u ON u.id = n.user_id \
         WHERE n.mail_state = 'waiting' AND n.mail_next <= $1 ORDER BY n.id LIMIT $2";
    const CLAIM: &'static str = "UPDATE notices SET mail_tries = mail_tries + 1, mail_next = $1 \
         WHERE id = $2 AND mail_state = 'waiting' AND mail_tries = $3";
    const SETTLE: &'static str = "UPDATE notices SET mail_state = $1 WHERE id = $2";

    fn tried(row: &Self::Row) -> (i64, i64) {
        (row.id, row.mail_tries)
    }

    async fn write(core: &Core, row: WaitingNotice, _claim: &mut Tx) -> Result<Mail> {
        let body = format!("{}\n\nThis is {}.\n", row.body, core.settings.public_url);
        Ok(Mail { to: row.email, subject: row.title, body })
    }
}
