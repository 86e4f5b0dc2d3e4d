//! `environment.deployment`: archives, and what becomes of them.

mod bean;
mod create_object;
mod delete_archive;
pub(super) mod deploy_archive;
mod get_archives;
mod get_deployments;
mod get_hooks;
mod loose_json;
pub(super) mod rename_context;
pub(super) mod undeploy;

use super::control::{ENV_NAME, NODE_GROUP};
use crate::api::registry::{Class, Kind, Param};

pub(super) use bean::deployment;

/// The class.
pub const METHODS: Class = Class::declared(&[
    create_object::METHOD,
    delete_archive::METHOD,
    deploy_archive::METHOD,
    get_archives::METHOD,
    get_deployments::METHOD,
    get_hooks::METHOD,
    rename_context::METHOD,
    undeploy::METHOD,
]);

const CONTEXT: Param =
    Param::required("context", Kind::Text, "ROOT for what is served at `/`, or the first part of the path.", "shop");
