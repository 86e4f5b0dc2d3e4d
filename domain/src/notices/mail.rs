//! Mail: the way to the operator's server, and notices from the outbox.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sqlx::Row;

use crate::error::Result;
use crate::keyrack::Keyrack;

/// After so many tries a mail is given up; the notice itself stays in the dashboard.
pub(crate) const TRIES: i64 = 8;
/// The first pause after a failure, in milliseconds; each further one is twice as long.
const FIRST_PAUSE_MILLIS: i64 = 30_000;
const BATCH: i64 = 50;

/// The pause after so many failed tries, in milliseconds.
pub(crate) fn pause_after(tries: i64) -> i64 {
    FIRST_PAUSE_MILLIS << tries.clamp(0, TRIES)
}

/// Sends mail through the operator's SMTP server.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// From `smtp://user:password@host:port` (plain; for loopback and test servers), `smtps://…` (TLS from the start) or
    /// `smtp://…?tls=required` (STARTTLS), and the sender's address.
    ///
    /// # Errors
    /// One line for the operator.
    pub fn new(url: &str, from: &str) -> Result<Mailer, String> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| format!("the SMTP URL cannot be used: {error}"))?
            .timeout(Some(Duration::from_secs(20)))
            .build();
        let from = from.parse().map_err(|error| format!("“{from}” is not a sender's address: {error}"))?;
        Ok(Mailer { transport, from })
    }

    /// Sends one mail of plain text.
    ///
    /// # Errors
    /// What the mail server or the address said, for the log.
    pub async fn send(&self, to: &str, subject: &str, body: String) -> Result<(), String> {
        let to: Mailbox = to.parse().map_err(|error| format!("{error}"))?;
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|error| error.to_string())?;
        self.transport.send(mail).await.map(|_| ()).map_err(|error| error.to_string())
    }
}

impl Keyrack {
    /// Sends the mails that are due: invitations, for which somebody waits, and notices. A failed one is tried again after
    /// a growing pause.
    ///
    /// # Errors
    /// From the database; mail failures are logged and tried again.
    pub async fn send_mails(&self) -> Result<()> {
        let Some(mailer) = &self.mailer else { return Ok(()) };
        self.mail_invitations(mailer).await?;
        let now = self.world.now().timestamp_millis();
        let due = sqlx::query(
            "SELECT n.id, u.email, n.title, n.body, n.mail_tries FROM notices n JOIN users u ON u.id = n.user_id \
             WHERE n.mail_state = 'waiting' AND n.mail_next <= $1 ORDER BY n.id LIMIT $2",
        )
        .bind(now)
        .bind(BATCH)
        .fetch_all(self.store.read())
        .await?;
        for row in due {
            let (id, tries): (i64, i64) = (row.try_get(0)?, row.try_get(4)?);
            // Claimed before it is sent: of several servers one sends, and a crash in between tries again later.
            if !self.claim_mail(id, tries, now).await? {
                continue;
            }
            let (to, title, body): (String, String, String) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            let body = format!("{body}\n\nThis is {}.\n", self.settings.public_url);
            match mailer.send(&to, &title, body).await {
                Ok(()) => self.set_mail_state(id, "sent").await?,
                Err(error) => {
                    tracing::warn!(notice = id, tries = tries + 1, %error, "mail not sent");
                    if tries + 1 >= TRIES {
                        self.set_mail_state(id, "given-up").await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn claim_mail(&self, id: i64, tries: i64, now: i64) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let claimed = sqlx::query(
            "UPDATE notices SET mail_tries = mail_tries + 1, mail_next = $1 \
             WHERE id = $2 AND mail_state = 'waiting' AND mail_tries = $3",
        )
        .bind(now + pause_after(tries))
        .bind(id)
        .bind(tries)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(claimed.rows_affected() == 1)
    }

    async fn set_mail_state(&self, id: i64, state: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE notices SET mail_state = $1 WHERE id = $2").bind(state).bind(id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
