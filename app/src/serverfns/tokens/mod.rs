//! The Access Tokens page's server functions. Arguments travel as JSON, which no form of another site can send.

mod create;
mod edit;
mod example;
mod list;
mod regenerate;
mod remove;
mod review;

pub use self::{create::*, edit::*, example::*, list::*, regenerate::*, remove::*, review::*};
