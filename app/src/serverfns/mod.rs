//! Server functions: the browser's door to the domain. One file each; expected refusals are answers.

pub mod account;
pub mod codec;
pub mod confirm;
#[cfg(feature = "base")]
pub mod environments;
pub mod invite;
pub mod members;
pub mod notices;
pub mod security;
pub mod signin;
pub mod tokens;
