//! Several servers on one database: how they hear of each other's changes.

mod forget;
mod listener;

pub(crate) use forget::Forget;
