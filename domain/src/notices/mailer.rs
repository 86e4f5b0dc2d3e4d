//! The way to the operator's mail server.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

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
    pub(super) async fn send(&self, mail: Mail) -> Result<(), String> {
        let to: Mailbox = mail.to.parse().map_err(|error| format!("{error}"))?;
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body)
            .map_err(|error| error.to_string())?;
        self.transport.send(mail).await.map(|_| ()).map_err(|error| error.to_string())
    }
}

/// A mail of plain text. It may hold a secret, so it is not printed.
pub(crate) struct Mail {
    pub to: String,
    pub subject: String,
    pub body: String,
}
