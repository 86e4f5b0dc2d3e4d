//! `marketplace.favorite`: apps that a person comes back to.

mod add;
mod add_manifest;
mod delete;
mod get_list;

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[add::METHOD, add_manifest::METHOD, delete::METHOD, get_list::METHOD]);
