//! `environment.export`: an environment as a manifest, and back.

mod create;
mod delete;
mod get_list;
mod get_manifest;
mod import;

use keyrack_domain::environments::Export;
use keyrack_domain::types::dates::wire_moment;
use serde_json::{Value, json};

use super::control::ENV_NAME;
use crate::api::registry::{Class, Kind, Param};

/// The class.
pub const METHODS: Class =
    Class::declared(&[create::METHOD, delete::METHOD, get_list::METHOD, get_manifest::METHOD, import::METHOD]);

const ID: Param = Param::required("id", Kind::Number, "The number of the export.", "1");

fn export(export: &Export) -> Value {
    json!({ "id": export.id, "size": export.size, "createdOn": wire_moment(export.created) })
}
