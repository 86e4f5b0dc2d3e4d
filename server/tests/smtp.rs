//! A mail server for tests: speaks SMTP on a loopback port and keeps what it is given.
//!
//! Not every program of tests needs all of it.
#![allow(dead_code)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How connections are protected.
#[derive(Clone)]
pub enum Security {
    Plain,
    /// TLS from the start.
    Tls(TlsAcceptor),
    StartTls(TlsAcceptor),
}

/// TLS with this certificate and key, as PEM.
pub fn acceptor(certificate: &str, key: &str) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// One mail as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// What the client called itself.
    pub hello: String,
    /// Headers and body.
    pub data: String,
}

/// The mail server; gone when dropped.
pub struct MailServer {
    pub address: SocketAddr,
    mails: Arc<Mutex<Vec<Mail>>>,
    task: tokio::task::JoinHandle<()>,
}

impl MailServer {
    /// On a free port, or on this one.
    pub async fn start(port: u16) -> MailServer {
        MailServer::start_with(port, Security::Plain).await
    }

    pub async fn start_with(port: u16, security: Security) -> MailServer {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, security) = (kept.clone(), security.clone());
                tokio::spawn(async move {
                    match security {
                        Security::Plain => _ = serve(stream, &kept, true, false).await,
                        Security::Tls(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, &kept, true, false).await;
                            }
                        }
                        Security::StartTls(acceptor) => {
                            if let Some(Next::StartTls(stream)) = serve(stream, &kept, true, true).await
                                && let Ok(stream) = acceptor.accept(stream).await
                            {
                                serve(stream, &kept, false, false).await;
                            }
                        }
                    }
                });
            }
        });
        MailServer { address, mails, task }
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }
}

/// The URL with which a server hands its mail in there.
pub fn url(address: SocketAddr) -> String {
    format!("smtp://{address}")
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What comes after a conversation.
enum Next<S> {
    Nothing,
    StartTls(S),
}

/// One conversation (RFC 5321). `greets` unless it goes on after STARTTLS, which `offers` lets the client begin.
async fn serve<S>(stream: S, mails: &Mutex<Vec<Mail>>, greets: bool, offers: bool) -> Option<Next<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (read, mut write) = tokio::io::split(stream);
    let mut lines = BufReader::new(read).lines();
    if greets {
        write.write_all(b"220 mail.test ESMTP\r\n").await.ok()?;
    }
    let (mut mail, mut hello) = (Mail::default(), String::new());
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => {
                hello = line["EHLO ".len()..].to_owned();
                if offers { b"250-mail.test\r\n250 STARTTLS\r\n" } else { b"250-mail.test\r\n250 8BITMIME\r\n" }
            }
            "STARTTLS" if offers => {
                write.write_all(b"220 go on\r\n").await.ok()?;
                return Some(Next::StartTls(lines.into_inner().into_inner().unsplit(write)));
            }
            "MAIL" if offers => b"530 only after STARTTLS\r\n",
            "HELO" | "NOOP" => b"250 mail.test\r\n",
            "RSET" => {
                mail = Mail::default();
                b"250 forgotten\r\n"
            }
            "MAIL" => {
                mail = Mail { from: address(&line), hello: hello.clone(), ..Mail::default() };
                b"250 sender taken\r\n"
            }
            "RCPT" => {
                mail.to.push(address(&line));
                b"250 recipient taken\r\n"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                loop {
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.data.push('\n');
                }
                mails.lock().unwrap().push(std::mem::take(&mut mail));
                b"250 kept\r\n"
            }
            "QUIT" => {
                write.write_all(b"221 good bye\r\n").await.ok()?;
                return Some(Next::Nothing);
            }
            _ => b"502 not known here\r\n",
        };
        write.write_all(answer).await.ok()?;
    }
    None
}

fn address(line: &str) -> String {
    let from = line.find('<').map_or(0, |at| at + 1);
    let to = line.rfind('>').unwrap_or(line.len());
    line.get(from..to).unwrap_or_default().to_owned()
}
