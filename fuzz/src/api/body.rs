//! The shape of a body; the server's file also reads it from the network.

use bytes::Bytes;

pub enum Sent {
    Form(Bytes),
    Json(Bytes),
    Multipart(Vec<(String, Bytes)>),
}

impl Sent {
    pub const fn nothing() -> Sent {
        Sent::Form(Bytes::new())
    }
}
