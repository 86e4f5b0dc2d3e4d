//! The way of an API call: from a request to a method and back.
//!
//! [`registry`] finds the method that a path names, [`api`] brings a call to it, and everything else here serves these two.
//! The methods themselves are in [`crate::methods`]; of this folder they know what a method and a call are ([`method`], [`call`]),
//! [`error`], and what they are listed in ([`registry`]).

pub mod answer;
pub mod api;
mod body;
pub mod call;
mod cors;
pub mod credential;
pub mod error;
mod file_form;
mod hint;
mod incoming;
pub mod method;
pub mod metrics;
pub mod openapi;
mod parameters;
pub mod path;
mod problem;
pub mod registry;
mod routes;
mod tasks;
mod token_headers;

pub use routes::router;
