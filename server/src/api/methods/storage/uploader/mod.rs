//! `storage.uploader`: where build plug-ins send archives to.

mod upload;

use crate::api::registry::Method;

/// The class.
pub const METHODS: &[Method] = &[upload::METHOD];
