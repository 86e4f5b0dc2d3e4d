//! Heads that the HTTP library refuses by itself (too large, or not HTTP at all) get an answer that can be read.
//!
//! The library answers them with a bare status and closes the connection at once, while the client is still sending: the
//! client sees a reset instead of an answer. Here the bare answer is replaced by one that says what is wrong, in the
//! API's envelope where the API was called, and what the client still sends is read and thrown away for a while.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use keyrack_domain::bounds::http::{DISCARDED, HEAD, LINGER};

use crate::dispatch::error::ApiError;

/// What the request that is being read began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RequestStart {
    /// Nothing of it has come yet.
    Not,
    Api,
    Other,
}

/// A connection that answers rejected request heads with a readable message.
pub struct FriendlyRejections<S> {
    stream: S,
    start: RequestStart,
    refusal: Option<Refusal>,
    /// Whether an answer was given before the request was read to its end.
    unread: Arc<AtomicBool>,
    goodbye: Option<Goodbye>,
}

/// An answer of ours that takes the library's place.
struct Refusal {
    text: Vec<u8>,
    written: usize,
}

/// The end of a connection whose client is still sending: closed at once it would be reset, and the client would not get to
/// read the answer.
struct Goodbye {
    discarded: usize,
    until: Pin<Box<Sleep>>,
}

impl<S> FriendlyRejections<S> {
    /// Around a new connection; `unread` is set when an answer was given before its request was read to the end.
    pub fn new(stream: S, unread: Arc<AtomicBool>) -> FriendlyRejections<S> {
        FriendlyRejections { stream, start: RequestStart::Not, refusal: None, unread, goodbye: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FriendlyRejections<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if self.start == RequestStart::Not && buf.filled().len() > before {
            let head = &buf.filled()[before..];
            let path = head.splitn(2, |byte| *byte == b' ').nth(1).unwrap_or_default();
            let slashes = path.iter().take_while(|byte| **byte == b'/').count();
            let api = slashes > 0 && path[slashes..].starts_with(b"1.0/");
            self.start = if api { RequestStart::Api } else { RequestStart::Other };
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + AsyncRead + Unpin> AsyncWrite for FriendlyRejections<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.refusal.is_none() {
            self.refusal = refusal(buf, self.start);
            self.start = RequestStart::Not;
        }
        let FriendlyRejections { stream, refusal, .. } = &mut *self;
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
        let FriendlyRejections { stream, refusal, unread, goodbye, .. } = &mut *self;
        if refusal.is_none() && !unread.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        let begin = || Goodbye { discarded: 0, until: Box::pin(sleep_until(Instant::now() + LINGER)) };
        let goodbye = goodbye.get_or_insert_with(begin);
        let mut space = [0; 16 << 10];
        loop {
            if goodbye.until.as_mut().poll(cx).is_ready() || goodbye.discarded > DISCARDED {
                return Poll::Ready(Ok(()));
            }
            let mut buf = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut buf))?;
            match buf.filled().len() {
                0 => return Poll::Ready(Ok(())),
                length => goodbye.discarded += length,
            }
        }
    }
}

/// What to answer instead of `written`, when that is a refusal of the library's own: a status with an empty body, which
/// nothing of ours answers.
fn refusal(written: &[u8], start: RequestStart) -> Option<Refusal> {
    let status = written.strip_prefix(b"HTTP/1.1 ").or_else(|| written.strip_prefix(b"HTTP/1.0 "))?.get(..3)?;
    let problem = match status {
        b"414" | b"431" => format!(
            "the address and headers of a request may have {} KiB: send parameters in the body of a POST",
            HEAD >> 10
        ),
        b"400" if written.windows(19).any(|part| part.eq_ignore_ascii_case(b"content-length: 0\r\n")) => {
            "the request is not well-formed HTTP".to_owned()
        }
        _ => return None,
    };
    let (status, kind, body) = match start {
        RequestStart::Api => {
            ("200 OK", "application/json; charset=utf-8", ApiError::Request(problem.into()).envelope(&[]))
        }
        RequestStart::Not | RequestStart::Other => match status {
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
    Some(Refusal { text, written: 0 })
}
