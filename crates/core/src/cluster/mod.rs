//! Several servers on one database: how they hear of each other's changes, which are there, and which runs what.

mod invalidation;
mod listener;
mod member;
mod peer_files;
mod placement;
mod redirect;
mod signature;
mod state;

pub use crate::store::Invalidation;
pub use keyrack_types::ids::ServerId;
pub use peer_files::{PeerFiles, Pieces};
pub use placement::Placement;
pub use redirect::watching;
pub use signature::{Signature, SignedRequest};
pub(crate) use state::Cluster;
pub use state::ClusterKey;
