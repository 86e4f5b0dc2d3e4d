//! The reader of client addresses, and what it needs of the server.

pub mod client;

/// Only the server itself puts it into a request.
pub mod forwarding {
    #[derive(Clone, Debug)]
    pub struct Forwarded(pub crate::caller::Client);
}
