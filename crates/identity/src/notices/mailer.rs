//! The way to the operator's mail server.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::{Host, Url};

/// So that no out-of-office reply comes back (RFC 3834).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Sends mail through the operator's SMTP server.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// What this server calls itself, for the mail server and in the names of mails.
    host: ClientId,
}

impl Mailer {
    /// From `smtp://user:password@host:port` (plain; for loopback and test servers), `smtps://…` (TLS from the start) or
    /// `smtp://…?tls=required` (STARTTLS), the sender's address, and the dashboard's, whose host is what the server calls
    /// itself. TLS trusts the roots of the system, or `SSL_CERT_FILE` and `SSL_CERT_DIR` in their place.
    ///
    /// # Errors
    /// One line for the operator.
    pub fn new(url: &str, from: &str, public_url: &str) -> Result<Mailer, String> {
        let host = client_id(public_url);
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| format!("the SMTP URL cannot be used: {error}"))?
            .timeout(Some(Duration::from_secs(20)));
        // A path in the URL is the operator's own choice of the name.
        if !Url::parse(url).is_ok_and(|url| url.path().len() > 1) {
            transport = transport.hello_name(host.clone());
        }
        let transport = transport.build();
        let from = from.parse().map_err(|error| format!("“{from}” is not a sender's address: {error}"))?;
        Ok(Mailer { transport, from, host })
    }

    /// Sends one mail of plain text under an id that no other mail has.
    ///
    /// # Errors
    /// What the mail server or the address said, for the log.
    pub(super) async fn send(&self, mail: Mail, id: &str) -> Result<(), String> {
        let to: Mailbox = mail.to.parse().map_err(|error| format!("{error}"))?;
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject)
            .message_id(Some(format!("<{}@{}>", id, self.host)))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".into()))
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body)
            .map_err(|error| error.to_string())?;
        self.transport.send(mail).await.map(|_| ()).map_err(|error| error.to_string())
    }
}

fn client_id(public_url: &str) -> ClientId {
    match Url::parse(public_url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => ClientId::Domain(name.to_owned()),
        Some(Host::Ipv4(address)) => ClientId::Ipv4(address),
        Some(Host::Ipv6(address)) => ClientId::Ipv6(address),
        None => ClientId::Domain("localhost".into()),
    }
}

/// A mail of plain text. It may hold a secret, so it is not printed.
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub body: String,
}
