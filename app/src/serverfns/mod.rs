//! Server functions: the browser's door to the domain. One file each; expected refusals are answers.

pub mod account;
pub mod codec;
pub mod environments;
pub mod tokens;
