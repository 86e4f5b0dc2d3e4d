//! The pages, one module each. Those with islands belong to the bundle that their feature names; those without are known
//! to the server only.

#[cfg(feature = "base")]
pub mod account;
#[cfg(feature = "base")]
pub mod environments;
#[cfg(feature = "people")]
pub mod members;
#[cfg(feature = "people")]
pub mod second;
#[cfg(feature = "people")]
pub mod security;
#[cfg(feature = "tokens")]
pub mod tokens;

#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod docs;
#[cfg(feature = "ssr")]
pub mod error;
#[cfg(feature = "ssr")]
pub mod invite;
#[cfg(feature = "ssr")]
pub mod not_found;
#[cfg(feature = "ssr")]
pub mod notices;
#[cfg(feature = "ssr")]
pub mod signin;
