//! Several servers on one database: how they hear of each other's changes, which are there, and which runs what.

mod elsewhere;
mod forget;
mod listener;
mod member;
mod signature;

pub use elsewhere::watching;
pub(crate) use forget::Forget;
pub(crate) use member::{Cluster, GONE_AFTER_MILLIS, now_sql};
pub use member::{ClusterKey, Home, ServerId};
pub use signature::Passed;
