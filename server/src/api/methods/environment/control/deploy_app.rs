//! Deploying, as clients of older days call it.

use super::super::deployment::deploy_archive;
use crate::api::registry::Method;

pub const METHOD: Method = Method {
    name: "environment.control.DeployApp",
    summary: "Makes an uploaded archive (zip, war, tar, tar.gz) the content of a context, as environment.deployment.DeployArchive does.",
    ..deploy_archive::METHOD
};
