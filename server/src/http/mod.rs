//! What all doors need to know of HTTP: who asks and from where, by which name, and what no answer goes without.

mod address;
pub mod client;
pub mod guard;
pub mod headers;
pub mod request_id;

pub use address::Address;
