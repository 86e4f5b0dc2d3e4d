//! The Access Tokens page's server functions. Arguments travel as JSON, which no form of another site can send.

mod create;
mod edit;
mod list;
mod made;
mod regenerate;
mod remove;
mod review;

pub use self::{create::*, edit::*, list::*, made::Made, regenerate::*, remove::*, review::*};
