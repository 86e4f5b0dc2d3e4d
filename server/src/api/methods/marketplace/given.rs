//! Reading what an installation is told.

use keyrack_domain::marketplace::{InstallRequest, read_values};
use serde_json::{Map, Value};

use super::super::environment::group::names;
use crate::api::error::ApiError;
use keyrack_wire::Params;

/// What is told besides the manifest, as far as the method has it.
pub fn request(params: &Params, declared: &[&'static str]) -> Result<InstallRequest, ApiError> {
    let text = |name: &'static str| -> Result<Option<String>, ApiError> {
        if !declared.contains(&name) {
            return Ok(None);
        }
        Ok(params.opt_text(name)?.map(str::to_owned))
    };
    Ok(InstallRequest {
        app: None,
        settings: values(params, "settings")?,
        groups: text("envGroups")?.as_deref().map(names).unwrap_or_default(),
        environment: text("envName")?,
        display_name: text("displayName")?,
        region: text("region")?,
        layer: text("nodeGroup")?,
        nodes: text("nodes")?,
    })
}

/// Values by their names.
pub fn values(params: &Params, name: &'static str) -> Result<Map<String, Value>, ApiError> {
    Ok(read_values(name, params.opt_json(name)?.as_ref())?)
}
