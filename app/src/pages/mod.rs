//! The pages, one module each.

pub mod tokens;
