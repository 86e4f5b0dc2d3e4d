//! The documentation of the API, made from the method registry. Public.

mod calling;
mod class;
mod curl;
mod grouping;
mod index;
mod method;
mod public;
mod text;

pub use self::{class::ClassPage, index::IndexPage, public::Public};
pub(crate) use self::{curl::curl, grouping::methods};
