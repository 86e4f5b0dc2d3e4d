//! Heads that the HTTP library refuses by itself (too large, or not HTTP at all) get an answer that can be read.
//!
//! The library answers them with a bare status and closes the connection at once, while the client is still sending: the
//! client sees a reset instead of an answer. Here the bare answer is replaced by one that says what is wrong, in the
//! API's envelope where the API was called, and what the client still sends is read and thrown away for a while.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::api::error::ApiError;

/// The largest head, in bytes; a connection does not take more memory than a small multiple of it.
pub const LARGEST_HEAD: usize = 64 << 10;

/// So much is thrown away of a request that is not looked at.
const THROWN_AWAY: usize = 32 << 20;
/// And for so long.
const LONGEST_GOODBYE: Duration = Duration::from_secs(5);

/// How the request that is being read began, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begun {
    /// Nothing of it has come yet.
    Not,
    Api,
    Other,
}

/// A connection whose refusals can be read.
pub struct Polite<S> {
    stream: S,
    begun: Begun,
    refusal: Option<Refusal>,
}

/// An answer of ours that takes the library's place.
struct Refusal {
    text: Vec<u8>,
    written: usize,
    thrown_away: usize,
    until: Pin<Box<Sleep>>,
}

impl<S> Polite<S> {
    /// Around a new connection.
    pub fn new(stream: S) -> Polite<S> {
        Polite { stream, begun: Begun::Not, refusal: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Polite<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if self.begun == Begun::Not && buf.filled().len() > before {
            let head = &buf.filled()[before..];
            let path = head.splitn(2, |byte| *byte == b' ').nth(1).unwrap_or_default();
            self.begun = if path.starts_with(b"/1.0/") { Begun::Api } else { Begun::Other };
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + AsyncRead + Unpin> AsyncWrite for Polite<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.refusal.is_none() {
            self.refusal = refusal(buf, self.begun);
            self.begun = Begun::Not;
        }
        let Polite { stream, refusal, .. } = &mut *self;
        let Some(refusal) = refusal else {
            return Pin::new(stream).poll_write(cx, buf);
        };
        while refusal.written < refusal.text.len() {
            refusal.written += ready!(Pin::new(&mut *stream).poll_write(cx, &refusal.text[refusal.written..]))?;
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        let Polite { stream, refusal: Some(refusal), .. } = &mut *self else {
            return Poll::Ready(Ok(()));
        };
        let mut space = [0; 16 << 10];
        loop {
            if refusal.until.as_mut().poll(cx).is_ready() || refusal.thrown_away > THROWN_AWAY {
                return Poll::Ready(Ok(()));
            }
            let mut buf = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut buf))?;
            match buf.filled().len() {
                0 => return Poll::Ready(Ok(())),
                length => refusal.thrown_away += length,
            }
        }
    }
}

/// What to answer instead of `written`, when that is a refusal of the library's own: a status with an empty body, which
/// nothing of ours answers.
fn refusal(written: &[u8], begun: Begun) -> Option<Refusal> {
    let status = written.strip_prefix(b"HTTP/1.1 ").or_else(|| written.strip_prefix(b"HTTP/1.0 "))?.get(..3)?;
    let problem = match status {
        b"414" | b"431" => format!(
            "the address and headers of a request may have {} KiB: send parameters in the body of a POST",
            LARGEST_HEAD >> 10
        ),
        b"400" if written.windows(19).any(|part| part.eq_ignore_ascii_case(b"content-length: 0\r\n")) => {
            "the request is not well-formed HTTP".to_owned()
        }
        _ => return None,
    };
    let (status, kind, body) = match begun {
        Begun::Api => ("200 OK", "application/json; charset=utf-8", ApiError::Request(problem.into()).envelope(&[])),
        Begun::Not | Begun::Other => match status {
            b"400" => ("400 Bad Request", "text/plain; charset=utf-8", format!("{problem}\n").into_bytes()),
            _ => ("414 URI Too Long", "text/plain; charset=utf-8", format!("{problem}\n").into_bytes()),
        },
    };
    let mut text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         access-control-allow-origin: *\r\nx-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\n\
         content-security-policy: default-src 'none'; frame-ancestors 'none'\r\nconnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    text.extend(body);
    let until = Box::pin(sleep_until(Instant::now() + LONGEST_GOODBYE));
    Some(Refusal { text, written: 0, thrown_away: 0, until })
}
