//! `marketplace.console`: lines that manifests and clients write.

mod clear_log;
mod read_log;
mod write_log;

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[clear_log::METHOD, read_log::METHOD, write_log::METHOD]);
