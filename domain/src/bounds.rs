//! Every fixed bound on what a caller can make grow, with its reason, in one place.
//!
//! A bound that an operator may want to change is an option (see [`crate::settings`]); the rest are constants here. Whoever
//! meets one is told which bound it was and what its value is.

/// Requests: what is read before, and after, the caller is known.
pub mod http {
    use std::time::Duration;

    /// Largest head of a request (address and headers), in bytes. A connection takes no more memory than a small multiple of it.
    pub const HEAD: usize = 64 << 10;
    /// Largest body of an API call, in bytes, a file excepted. The largest parameter that clients send is the `nodes` of
    /// CreateEnvironment.
    pub const BODY: usize = 1 << 20;
    /// Largest body of a call that another server forwards: what a client wrote in fewer bytes is forwarded as a form, which
    /// takes up to three bytes for one.
    pub const FORWARDED_BODY: usize = 4 << 20;
    /// Parameters of one call: more than any client sends, and each one costs memory.
    pub const PARAMETERS: usize = 1000;
    /// Items of one list parameter. No account has so many things to name, and each item costs some thirty times its bytes.
    pub const LIST_ITEMS: usize = 10_000;
    /// Bytes that are read and discarded after a refusal, so that a client that is still sending can read the answer.
    pub const DISCARDED: usize = 32 << 20;
    /// A body, or the next piece of a file, has to arrive within this time.
    pub const ARRIVAL: Duration = Duration::from_secs(20);
    /// A refused connection is kept open for so long while the client is still sending.
    pub const LINGER: Duration = Duration::from_secs(5);

    /// Bytes before the first boundary of a multipart form. Clients send none; a mail gateway sends a line of text.
    pub const MULTIPART_PREAMBLE: usize = 64 << 10;
    /// Bytes in the head of one part of a multipart form, as much as the head of a request.
    pub const MULTIPART_HEAD: usize = 64 << 10;
    /// Headers in the head of one part. Clients send two or three.
    pub const MULTIPART_HEADERS: usize = 32;
    /// Characters of a boundary: what RFC 2046 (section 5.1.1) allows. So much is searched again with every byte that arrives.
    pub const MULTIPART_BOUNDARY: usize = 70;
}

/// Text that nests: JSON, YAML, placeholders, lists, paths.
pub mod nesting {
    /// Levels of JSON in a request, the outermost one included. What clients send has fewer than ten; serde_json itself
    /// ends at 128, and what is stored gets wrapped in further levels, so that it could be stored but not be read again.
    pub const JSON: usize = 32;
    /// Levels of brackets in a list parameter. A list is one level; some clients wrap it once more.
    pub const LIST: usize = 2;
}

/// Files of nodes, archives, searches in them.
pub mod files {}

/// Things that are counted per user or per account.
pub mod counts {}

/// Passwords, codes and the work of checking them.
pub mod guessing {}

/// Audit entries and log lines that a caller can cause.
pub mod records {}
