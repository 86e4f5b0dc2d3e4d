//! The pages, one module each. Those without islands are known to the server only.

pub mod account;
pub mod environments;
pub mod tokens;

#[cfg(feature = "ssr")]
pub mod docs;
#[cfg(feature = "ssr")]
pub mod error;
#[cfg(feature = "ssr")]
pub mod not_found;
#[cfg(feature = "ssr")]
pub mod signin;
