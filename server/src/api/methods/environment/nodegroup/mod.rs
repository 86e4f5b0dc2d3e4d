//! `environment.nodegroup`: layers.

pub(super) mod apply_data;
mod get;
mod set_options;

use crate::api::registry::Method;

/// The class.
pub const METHODS: &[Method] = &[apply_data::METHOD, get::METHOD, set_options::METHOD];
