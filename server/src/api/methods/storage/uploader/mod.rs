//! `storage.uploader`: where build plug-ins send archives to.

mod upload;

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[upload::METHOD]);
