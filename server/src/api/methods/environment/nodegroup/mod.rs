//! `environment.nodegroup`: layers.

pub(super) mod apply_data;
mod get;
mod set_options;

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[apply_data::METHOD, get::METHOD, set_options::METHOD]);
