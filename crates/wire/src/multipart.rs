//! Multipart forms (RFC 7578), taken apart while they arrive.
//!
//! The parser is pushed what arrives and asked for what is complete in it. It looks at each byte a bounded number of times,
//! and holds no more than the head of one part: nothing that a client sends makes it slow or large. It knows nothing of
//! the network, so that a fuzzer can drive it.

use bytes::{Bytes, BytesMut};
use keyrack_types::bounds::http::{MULTIPART_BOUNDARY, MULTIPART_HEAD, MULTIPART_HEADERS, MULTIPART_PREAMBLE};

/// Why a form cannot be read. No text repeats what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the multipart form has no boundary in its Content-Type")]
    NoBoundary,
    #[error("the boundary of the multipart form is longer than {MULTIPART_BOUNDARY} characters")]
    LongBoundary,
    #[error("what stands before the first boundary of the multipart form is longer than {} KiB", MULTIPART_PREAMBLE >> 10)]
    LongPreamble,
    #[error("the head of a part of the multipart form is longer than {} KiB", MULTIPART_HEAD >> 10)]
    LongHead,
    #[error("the head of a part of the multipart form has more than {MULTIPART_HEADERS} headers")]
    ManyHeaders,
    #[error("a part of the multipart form has no name")]
    NoName,
    #[error(
        "a part of the multipart form has a Content-Transfer-Encoding; send its content as it is (RFC 7578, section 4.7)"
    )]
    Encoded,
    #[error("the multipart form cannot be read: a part or the boundary is broken")]
    Form,
}

impl Broken {
    /// Whether a bound was met, in contrast to something malformed.
    pub fn is_too_large(self) -> bool {
        matches!(self, Broken::LongBoundary | Broken::LongPreamble | Broken::LongHead | Broken::ManyHeaders)
    }
}

/// What is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A part begins.
    Part(Head),
    /// The next piece of the part's content.
    Content(Bytes),
    /// The part is over.
    PartEnd,
    /// The form is over; what follows is of no interest.
    End,
}

/// What the head of a part says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub name: String,
    pub file_name: Option<String>,
    /// Its length in bytes.
    pub length: usize,
}

/// A push parser for one form.
#[derive(Debug)]
pub struct Parser {
    /// CR LF, two hyphens, the boundary.
    delimiter: Vec<u8>,
    buffer: BytesMut,
    /// So many bytes of the buffer were searched already.
    searched: usize,
    /// Bytes of the preamble that were dropped.
    dropped: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Preamble,
    /// Behind a boundary, where it turns out whether it was the last one.
    Boundary,
    Head,
    Content,
    End,
}

impl Parser {
    /// A reader of the form that has this `Content-Type`.
    ///
    /// # Errors
    /// [`Broken::NoBoundary`], [`Broken::LongBoundary`].
    pub fn new(content_type: &[u8]) -> Result<Parser, Broken> {
        let boundary = parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty());
        let boundary = boundary.ok_or(Broken::NoBoundary)?;
        if boundary.len() > MULTIPART_BOUNDARY {
            return Err(Broken::LongBoundary);
        }
        if boundary.iter().any(|byte| !matches!(byte, b' '..=b'~')) {
            return Err(Broken::NoBoundary);
        }
        let delimiter = [b"\r\n--", boundary.as_slice()].concat();
        Ok(Parser { delimiter, buffer: BytesMut::new(), searched: 0, dropped: 0, state: State::Preamble })
    }

    /// Takes what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.state != State::End {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// What is complete; `None` until more is pushed. After [`Event::End`] it is always that.
    ///
    /// # Errors
    /// [`Broken`]; the parser is not to be used afterwards.
    pub fn take(&mut self) -> Result<Option<Event>, Broken> {
        loop {
            match self.state {
                State::Preamble => {
                    // Some clients put the first boundary behind something else than a line end.
                    let Some(at) = self.find(Pattern::FirstBoundary) else {
                        let keep = self.delimiter.len() - 3;
                        let drop = self.buffer.len().saturating_sub(keep);
                        self.drop_front(drop);
                        self.dropped += drop;
                        return if self.dropped > MULTIPART_PREAMBLE { Err(Broken::LongPreamble) } else { Ok(None) };
                    };
                    if self.dropped + at > MULTIPART_PREAMBLE {
                        return Err(Broken::LongPreamble);
                    }
                    self.drop_front(at + self.delimiter.len() - 2);
                    self.state = State::Boundary;
                }
                State::Boundary => match self.buffer.as_ref() {
                    [b'-', b'-', ..] => {
                        self.buffer = BytesMut::new();
                        self.state = State::End;
                    }
                    [] | [b'-'] => return Ok(None),
                    _ => self.state = State::Head,
                },
                State::Head => {
                    let Some(at) = self.find(Pattern::EndOfHead) else {
                        return if self.buffer.len() > MULTIPART_HEAD { Err(Broken::LongHead) } else { Ok(None) };
                    };
                    if at > MULTIPART_HEAD {
                        return Err(Broken::LongHead);
                    }
                    let head = self.take_front(at + 4);
                    self.state = State::Content;
                    return read_head(&head).map(Event::Part).map(Some);
                }
                State::Content => return Ok(self.content()),
                State::End => return Ok(Some(Event::End)),
            }
        }
    }

    fn content(&mut self) -> Option<Event> {
        match self.find(Pattern::Delimiter) {
            Some(0) => {
                self.drop_front(self.delimiter.len());
                self.state = State::Boundary;
                Some(Event::PartEnd)
            }
            Some(at) => Some(Event::Content(self.take_front(at))),
            None => {
                let certain = self.buffer.len() - self.begun_delimiter();
                (certain > 0).then(|| Event::Content(self.take_front(certain)))
            }
        }
    }

    /// How many bytes at the end may be the beginning of a delimiter.
    fn begun_delimiter(&self) -> usize {
        let most = self.buffer.len().min(self.delimiter.len() - 1);
        let end = &self.buffer[self.buffer.len() - most..];
        (0..most).find(|at| self.delimiter.starts_with(&end[*at..])).map_or(0, |at| most - at)
    }

    /// Where the pattern begins. What was searched in vain is not searched again.
    fn find(&mut self, pattern: Pattern) -> Option<usize> {
        let pattern = match pattern {
            Pattern::FirstBoundary => &self.delimiter[2..],
            Pattern::Delimiter => &self.delimiter,
            Pattern::EndOfHead => b"\r\n\r\n",
        };
        let found = memchr::memmem::find(&self.buffer[self.searched..], pattern).map(|at| self.searched + at);
        self.searched = found.unwrap_or_else(|| (self.buffer.len() + 1).saturating_sub(pattern.len()));
        found
    }

    fn take_front(&mut self, length: usize) -> Bytes {
        self.searched = self.searched.saturating_sub(length);
        self.buffer.split_to(length).freeze()
    }

    fn drop_front(&mut self, length: usize) {
        let _ = self.take_front(length);
    }
}

#[derive(Clone, Copy)]
enum Pattern {
    FirstBoundary,
    Delimiter,
    EndOfHead,
}

/// Reads the head of a part: blanks that pad the boundary's line, its line end, headers, an empty line.
fn read_head(head: &[u8]) -> Result<Head, Broken> {
    let padding = head.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let lines = head[padding..].strip_prefix(b"\r\n").ok_or(Broken::Form)?;
    let mut headers = [httparse::EMPTY_HEADER; MULTIPART_HEADERS];
    let headers = match httparse::parse_headers(lines, &mut headers) {
        Ok(httparse::Status::Complete((_, headers))) => headers,
        Err(httparse::Error::TooManyHeaders) => return Err(Broken::ManyHeaders),
        _ => return Err(Broken::Form),
    };
    let value = |name: &str| {
        headers.iter().rev().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
    };
    let plain = |coding: &[u8]| [&b"7bit"[..], b"8bit", b"binary"].iter().any(|one| coding.eq_ignore_ascii_case(one));
    if value("content-transfer-encoding").is_some_and(|coding| !plain(coding.trim_ascii())) {
        return Err(Broken::Encoded);
    }
    let disposition = value("content-disposition").unwrap_or_default();
    let text = |name: &str| parameter(disposition, name).and_then(|value| String::from_utf8(value).ok());
    let name = text("name").ok_or(Broken::NoName)?;
    Ok(Head { name, file_name: text("filename"), length: head.len() })
}

/// The parameter of a header's value, `name=value` or `name="value"` behind a semicolon; the first one of this name.
fn parameter(value: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut rest = value;
    loop {
        // To the next semicolon: behind the value itself, or behind the parameter before.
        let at = memchr::memchr(b';', rest)?;
        rest = rest[at + 1..].trim_ascii_start();
        let end = rest.iter().position(|byte| matches!(byte, b'=' | b';')).unwrap_or(rest.len());
        let this = rest[..end].trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        rest = &rest[end..];
        let Some(given) = rest.strip_prefix(b"=") else { continue };
        let given = given.trim_ascii_start();
        let (read, after) = match given.strip_prefix(b"\"") {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let end = memchr::memchr(b';', given).unwrap_or(given.len());
                (given[..end].trim_ascii_end().to_vec(), &given[end..])
            }
        };
        if this {
            return Some(read);
        }
        rest = after;
    }
}

/// A text up to its closing quote, and what follows. Browsers put a backslash before a quote only; a file's name may hold
/// others.
fn unquoted(quoted: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut text = Vec::new();
    let mut rest = quoted;
    loop {
        let at = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        text.extend_from_slice(&rest[..at]);
        match &rest[at..] {
            [b'\\', b'"', after @ ..] => {
                text.push(b'"');
                rest = after;
            }
            [b'\\', after @ ..] => {
                text.push(b'\\');
                rest = after;
            }
            [_, after @ ..] => return Some((text, after)),
            [] => return None,
        }
    }
}

#[cfg(any(test, feature = "held"))]
pub mod held;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Names, names of files, contents.
    type Parts = Vec<(String, Option<String>, Vec<u8>)>;

    /// Reads a form that arrives in pieces of so many bytes.
    fn read(form: &[u8], piece: usize) -> Result<Parts, Broken> {
        let mut parser = Parser::new(b"multipart/form-data; charset=UTF-8; boundary=\"b b\"")?;
        let mut parts = Vec::new();
        for bytes in form.chunks(piece) {
            parser.push(bytes);
            while let Some(event) = parser.take()? {
                match event {
                    Event::Part(head) => parts.push((head.name, head.file_name, Vec::new())),
                    Event::Content(bytes) => parts.last_mut().expect("a part").2.extend_from_slice(&bytes),
                    Event::PartEnd => {}
                    Event::End => return Ok(parts),
                }
            }
        }
        Err(Broken::Form)
    }

    #[test]
    fn a_form_is_the_same_in_whatever_pieces_it_arrives() {
        let form = b"hello\r\n--b b \t\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b \r\n-\r\n--b b\r\n\
            CONTENT-DISPOSITION: form-data; FileName=\"a \\\"b\\\" C:\\c.txt\"; Name=f\r\nContent-Type: text/plain\r\n\r\n\r\n--b b\r\n\
            content-disposition: form-data;name=\"\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\r\n\r\n--b b--\r\nand more";
        let expected = vec![
            ("a".to_owned(), None, b"1\r\n--b \r\n-".to_vec()),
            ("f".to_owned(), Some("a \"b\" C:\\c.txt".to_owned()), Vec::new()),
            (String::new(), None, b"\r\n".to_vec()),
        ];
        for piece in 1..form.len() {
            assert_eq!(read(form, piece).as_ref(), Ok(&expected), "pieces of {piece}");
        }
    }

    #[test]
    fn what_never_ends_is_refused_at_its_bound_and_held_no_longer() {
        let head = "--b b\r\nContent-Disposition: form-data; name=\"a";
        for (begin, bound, broken) in
            [("", MULTIPART_PREAMBLE, Broken::LongPreamble), (head, MULTIPART_HEAD, Broken::LongHead)]
        {
            for byte in [b"a", b"\r", b"-"] {
                let mut parser = Parser::new(b"multipart/form-data; boundary=\"b b\"").unwrap();
                parser.push(begin.as_bytes());
                let mut sent = begin.len();
                let refused = loop {
                    parser.push(byte);
                    sent += 1;
                    match parser.take() {
                        Ok(None) => assert!(parser.buffer.len() <= bound),
                        other => break other,
                    }
                };
                assert_eq!(refused, Err(broken));
                assert!((bound..bound + 100).contains(&sent), "{sent}");
            }
        }
        // In one piece it is no other.
        let long = format!("{head}{}\"\r\n\r\n1\r\n--b b--", "a".repeat(MULTIPART_HEAD));
        assert_eq!(read(long.as_bytes(), long.len()), Err(Broken::LongHead));
        let long = format!("{}\r\n{head}\"\r\n\r\n1\r\n--b b--", "a".repeat(MULTIPART_PREAMBLE));
        assert_eq!(read(long.as_bytes(), long.len()), Err(Broken::LongPreamble));
    }

    #[test]
    fn what_is_broken_is_told_by_what_is_wrong() {
        let part = |head: &str| format!("--b b\r\n{head}\r\n\r\n1\r\n--b b--\r\n");
        for (form, broken) in [
            (part("Content-Disposition: form-data"), Broken::NoName),
            (part("X: y"), Broken::NoName),
            (part("Content-Disposition: form-data; name=\"a"), Broken::NoName),
            (part("Content-Disposition: form-data; filename*=name=x; name*=y"), Broken::NoName),
            (part("Content-Disposition: form-data; name=\"\u{0}\""), Broken::Form),
            (part("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64"), Broken::Encoded),
            (part(&"X: y\r\n".repeat(33)), Broken::ManyHeaders),
            (part("no header"), Broken::Form),
            ("--b bx\r\n\r\n".to_owned(), Broken::Form),
            ("--b b\r\nContent-Disposition: form-data; name=a\r\n\r\n1".to_owned(), Broken::Form),
            (String::new(), Broken::Form),
        ] {
            assert_eq!(read(form.as_bytes(), 7), Err(broken), "{form:?}");
        }
        for (kind, broken) in [
            ("multipart/form-data", Broken::NoBoundary),
            ("multipart/form-data; boundary=", Broken::NoBoundary),
            ("multipart/form-data; boundary=\"", Broken::NoBoundary),
            ("multipart/form-data; xboundary=a", Broken::NoBoundary),
            ("multipart/form-data; boundary=é", Broken::NoBoundary),
        ] {
            assert_eq!(Parser::new(kind.as_bytes()).err(), Some(broken), "{kind}");
        }
        let long = format!("multipart/form-data; boundary={}", "a".repeat(71));
        assert_eq!(Parser::new(long.as_bytes()).err(), Some(Broken::LongBoundary));
    }

    proptest! {
        /// Any bytes at all as a form in pieces, made of what forms are made of.
        #[test]
        fn noise_is_the_same_form_in_all_pieces(
            piece in any::<u8>(),
            form in proptest::collection::vec(
                prop_oneof!["\r\n", "---b", "--", "\r\n\r\n", "Content-Disposition: form-data; name=", "[a\"\\\\;= \r\n-]{1,5}"],
                0..30,
            ),
        ) {
            held::multipart(&[&[piece], form.concat().as_bytes()].concat());
        }
    }
}
