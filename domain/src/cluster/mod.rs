//! Several servers on one database: how they hear of each other's changes, which are there, and which runs what.

mod elsewhere;
mod forget;
mod home;
mod listener;
mod member;
mod others;
mod signature;
mod state;

pub use crate::ids::ServerId;
pub use elsewhere::watching;
pub(crate) use forget::Forget;
pub use home::Home;
pub(crate) use home::home_sql;
pub use others::{Others, Pieces};
pub use signature::{Passed, Stamp};
pub(crate) use state::Cluster;
pub use state::ClusterKey;
