//! Settings → Access Tokens.

pub mod draft;
pub mod file_name;
pub mod sorting;
