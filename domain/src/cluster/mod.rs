//! Several servers on one database: how they hear of each other's changes, which are there, and which runs what.

mod elsewhere;
mod forget;
mod home;
mod listener;
mod member;
mod others;
mod signature;

pub use elsewhere::watching;
pub(crate) use forget::Forget;
pub use home::Home;
pub(crate) use home::home_sql;
pub(crate) use member::Cluster;
pub use member::{ClusterKey, ServerId};
pub use others::{Others, Pieces};
pub use signature::{Passed, Stamp};
