//! The class `environment.deployment`.

mod bean;
mod loose_json;

use crate::dispatch::method::methods;

pub(super) use bean::NodeDone;
pub use deploy_archive::DeployArchive;
pub use rename_context::RenameContext;
pub use undeploy::Undeploy;

methods! {
    /// Archives and their deployment.
    create_object::CreateObject,
    delete_archive::DeleteArchive,
    deploy_archive::DeployArchive,
    get_archives::GetArchives,
    get_deployments::GetDeployments,
    get_hooks::GetHooks,
    rename_context::RenameContext,
    undeploy::Undeploy,
}
