//! The class `environment.control`.

use std::time::Duration;

use keyrack_domain::environments::{NodeChoice, Operation, SumStat};
use schemars::JsonSchema;
use serde::Serialize;

use super::params::{self, LayerName};
use crate::dispatch::error::ApiError;
use crate::dispatch::method::methods;

mod image;
mod logs;
mod responses;
mod run_config;
mod values;

methods! {
    /// Environments, their nodes and their logs.
    add_container_env_vars::AddContainerEnvVars,
    add_container_volume::AddContainerVolume,
    add_container_volume_by_group::AddContainerVolumeByGroup,
    add_container_volumes::AddContainerVolumes,
    add_env_property::AddEnvProperty,
    apply_env_property::ApplyEnvProperty,
    apply_node_group_data::ApplyNodeGroupData,
    attach_env_group::AttachEnvGroup,
    change_topology::ChangeTopology,
    clear_log::ClearLog,
    clone_env::CloneEnv,
    create_environment::CreateEnvironment,
    delete_env::DeleteEnv,
    deploy_app::DeployApp,
    detach_env_group::DetachEnvGroup,
    edit_registry_credentials::EditRegistryCredentials,
    exec_cmd_by_group::ExecCmdByGroup,
    exec_cmd_by_id::ExecCmdById,
    get_all_sum_stat_by_uid::GetAllSumStatByUid,
    get_basic_envs_info::GetBasicEnvsInfo,
    get_container_entry_point::GetContainerEntryPoint,
    get_container_env_vars::GetContainerEnvVars,
    get_container_env_vars_by_group::GetContainerEnvVarsByGroup,
    get_container_manifest::GetContainerManifest,
    get_container_node_tags::GetContainerNodeTags,
    get_container_run_cmd::GetContainerRunCmd,
    get_container_run_config::GetContainerRunConfig,
    get_container_tags::GetContainerTags,
    get_container_volumes_by_group::GetContainerVolumesByGroup,
    get_container_volumes_by_id::GetContainerVolumesById,
    get_env_info::GetEnvInfo,
    get_env_property::GetEnvProperty,
    get_envs::GetEnvs,
    get_logs::GetLogs,
    get_logs_list::GetLogsList,
    get_node_groups::GetNodeGroups,
    get_node_tags::GetNodeTags,
    get_regions::GetRegions,
    get_registry_info::GetRegistryInfo,
    get_stats::GetStats,
    get_sum_stat::GetSumStat,
    get_templates::GetTemplates,
    read_log::ReadLog,
    redeploy_container_by_id::RedeployContainerById,
    redeploy_containers::RedeployContainers,
    redeploy_containers_by_group::RedeployContainersByGroup,
    remove_app::RemoveApp,
    remove_container_env_vars::RemoveContainerEnvVars,
    remove_container_volume::RemoveContainerVolume,
    remove_container_volume_by_group::RemoveContainerVolumeByGroup,
    remove_container_volumes::RemoveContainerVolumes,
    remove_env_property::RemoveEnvProperty,
    remove_log::RemoveLog,
    rename_app::RenameApp,
    restart_container_by_id::RestartContainerById,
    restart_node_by_id::RestartNodeById,
    restart_nodes::RestartNodes,
    restart_services::RestartServices,
    set_cloudlets_count_by_group::SetCloudletsCountByGroup,
    set_cloudlets_count_by_id::SetCloudletsCountById,
    set_container_entry_point::SetContainerEntryPoint,
    set_container_env_vars::SetContainerEnvVars,
    set_container_env_vars_by_group::SetContainerEnvVarsByGroup,
    set_container_run_cmd::SetContainerRunCmd,
    set_env_display_name::SetEnvDisplayName,
    set_env_group::SetEnvGroup,
    set_node_display_name::SetNodeDisplayName,
    set_node_group_display_name::SetNodeGroupDisplayName,
    sleep_env::SleepEnv,
    start_env::StartEnv,
    stop_env::StopEnv,
}

/// The node with the number, the nodes of the layer, or all.
fn nodes(id: Option<params::NodeId>, layer: Option<LayerName>) -> NodeChoice {
    match (id, layer) {
        (Some(id), _) => NodeChoice::Ids(vec![id.0]),
        (None, Some(layer)) => NodeChoice::Group(layer.0),
        (None, None) => NodeChoice::All,
    }
}

/// What was used over some time.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SumStat")]
struct Sum {
    /// In use, on average over time and summed over nodes.
    #[schemars(example = 1.0)]
    cloudlets: f64,
    /// Processor time, in milliseconds.
    #[schemars(example = 1250)]
    cpu: u64,
    /// The time that was looked at, in seconds.
    #[schemars(example = 3600)]
    duration: u64,
    /// Bytes, on average.
    #[schemars(example = 8388608)]
    mem: u64,
    /// How many samples that is made of.
    #[schemars(example = 360)]
    samples: u32,
}

impl From<SumStat> for Sum {
    fn from(sum: SumStat) -> Sum {
        Sum {
            cloudlets: sum.cloudlets,
            cpu: u64::try_from(sum.cpu.as_millis()).unwrap_or(u64::MAX),
            duration: sum.duration.as_secs(),
            mem: sum.memory,
            samples: sum.samples,
        }
    }
}

/// How long a call waits for the state that it asked for. When it takes longer, the changing state can be seen by now.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until a change has come to its end, but not for ever.
///
/// # Errors
/// When it ended otherwise than it was asked for.
async fn until_settled(operation: Operation) -> Result<(), ApiError> {
    match tokio::time::timeout(PATIENCE, operation.finished()).await {
        Ok(finished) => Ok(finished?),
        Err(_) => Ok(()),
    }
}
