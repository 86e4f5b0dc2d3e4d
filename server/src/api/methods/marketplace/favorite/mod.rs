//! `marketplace.favorite`: apps that a person comes back to.

mod add;
mod add_manifest;
mod delete;
mod get_list;

use crate::api::registry::Method;

/// The class.
pub const METHODS: &[Method] = &[add::METHOD, add_manifest::METHOD, delete::METHOD, get_list::METHOD];
