//! A mail server for tests: speaks SMTP on a loopback port and keeps what it is given.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One mail as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
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
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kept.clone()));
            }
        });
        MailServer { address, mails, task }
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }
}

/// How a server is told to hand its mail in there.
pub fn url(address: SocketAddr) -> String {
    format!("smtp://{address}")
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection (RFC 5321).
async fn serve(stream: TcpStream, mails: Arc<Mutex<Vec<Mail>>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.test ESMTP\r\n").await.ok()?;
    let mut mail = Mail::default();
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => b"250-mail.test\r\n250 8BITMIME\r\n",
            "HELO" | "NOOP" => b"250 mail.test\r\n",
            "RSET" => {
                mail = Mail::default();
                b"250 forgotten\r\n"
            }
            "MAIL" => {
                mail = Mail { from: address(&line), ..Mail::default() };
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
                return Some(());
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
