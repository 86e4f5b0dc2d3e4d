//! Mailing notices.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::mailer::Mail;
use super::outbox::Outbox;
use keyrack_core::core::Core;
use keyrack_core::error::Result;
use keyrack_core::store::Tx;

/// The notices that wait to be mailed.
pub struct NoticeMails;

impl Outbox for NoticeMails {
    const TABLE: &'static str = "notices";
    const DUE: &'static str = "SELECT n.id, n.mail_tries, u.email, n.title, n.body FROM notices n JOIN users u ON u.id = n.user_id \
         WHERE n.mail_state = 'waiting' AND n.mail_next <= $1 ORDER BY n.id LIMIT $2";

    async fn write(core: &Core, row: &AnyRow, _claim: &mut Tx) -> Result<Mail> {
        let body: String = row.try_get(4)?;
        let body = format!("{body}\n\nThis is {}.\n", core.settings.public_url);
        Ok(Mail { to: row.try_get(2)?, subject: row.try_get(3)?, body })
    }
}
