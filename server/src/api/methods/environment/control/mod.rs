//! `environment.control`: environments, their nodes and their logs.

use std::time::Duration;

use keyrack_domain::Error;
use keyrack_domain::engine::{ImageRef, Template};
use keyrack_domain::environments::{NodeChoice, NodeOutput, Operation, RestartOrder, SumStat};
use keyrack_domain::ids::NodeId;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::params::{self, LONGEST_DELAY, LayerName};
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::method::methods;
use crate::api::params::Params;
use crate::api::registry::{Kind, Param};

methods! {
    attach_env_group::AttachEnvGroup,
    delete_env::DeleteEnv,
    deploy_app::DeployApp,
    detach_env_group::DetachEnvGroup,
    get_container_env_vars::GetContainerEnvVars,
    get_sum_stat::GetSumStat,
    remove_app::RemoveApp,
    remove_container_env_vars::RemoveContainerEnvVars,
    rename_app::RenameApp,
    restart_nodes::RestartNodes,
    set_container_env_vars::SetContainerEnvVars,
    set_env_group::SetEnvGroup,
    sleep_env::SleepEnv,
    start_env::StartEnv,
    stop_env::StopEnv,
    ;
    declared:
    add_container_env_vars,
    add_container_volume,
    add_container_volume_by_group,
    add_container_volumes,
    add_env_property,
    apply_env_property,
    apply_node_group_data,
    change_topology,
    clear_log,
    clone_env,
    create_environment,
    exec_cmd_by_group,
    exec_cmd_by_id,
    get_all_sum_stat_by_uid,
    get_basic_envs_info,
    get_container_entry_point,
    get_container_env_vars_by_group,
    get_container_manifest,
    get_container_node_tags,
    get_container_run_cmd,
    get_container_run_config,
    get_container_tags,
    get_container_volumes_by_group,
    get_container_volumes_by_id,
    get_env_info,
    get_env_property,
    get_envs,
    get_logs,
    get_logs_list,
    get_node_groups,
    get_node_tags,
    get_regions,
    get_stats,
    get_templates,
    read_log,
    redeploy_container_by_id,
    redeploy_containers,
    redeploy_containers_by_group,
    remove_container_volume,
    remove_container_volume_by_group,
    remove_container_volumes,
    remove_env_property,
    remove_log,
    restart_container_by_id,
    restart_node_by_id,
    restart_services,
    set_cloudlets_count_by_group,
    set_cloudlets_count_by_id,
    set_container_entry_point,
    set_container_env_vars_by_group,
    set_container_run_cmd,
    set_env_display_name,
    set_node_display_name,
    set_node_group_display_name,
}

pub(super) const ENV_NAME: Param = Param::required(
    "envName",
    Kind::Text,
    "The environment: its short name in any case, its domain or its appid.",
    "my-project",
);

pub(super) const NODE_ID: Param = Param::required("nodeId", Kind::Number, "The number of the node.", "1");

pub(super) const NODE_GROUP: Param = Param::optional("nodeGroup", Kind::Text, "The layer, `cp` for example.", "cp");

const OPT_NODE_ID: Param = Param::optional("nodeId", Kind::Number, "The number of the node.", "1");

pub(super) const LAYER: Param = Param::required("nodeGroup", Kind::Text, "The layer, `cp` for example.", "cp");

const LAZY: Param =
    Param::optional("lazy", Kind::YesNo, "Accepted for compatibility; the answer is always whole.", "false");

pub(super) const OWNER_UID: Param =
    Param::optional("ownerUid", Kind::Number, "Only what belongs to the account of this user.", "7");

/// The one node with the number.
fn node(params: &Params) -> Result<NodeChoice, ApiError> {
    Ok(NodeChoice::Ids(vec![params.number("nodeId")?]))
}

/// All nodes of the layer.
fn layer(params: &Params) -> Result<NodeChoice, ApiError> {
    Ok(NodeChoice::Group(params.text("nodeGroup")?.to_owned()))
}

/// The node with the number, the nodes of the layer, or all.
fn chosen_nodes(params: &Params) -> Result<NodeChoice, ApiError> {
    Ok(match (params.opt_number("nodeId")?, params.opt_text("nodeGroup")?) {
        (Some(id), _) => NodeChoice::Ids(vec![id]),
        (None, Some(group)) => NodeChoice::Group(group.to_owned()),
        (None, None) => NodeChoice::All,
    })
}

/// The node with the number, the nodes of the layer, or all.
fn nodes(id: Option<params::NodeId>, layer: Option<LayerName>) -> NodeChoice {
    match (id, layer) {
        (Some(id), _) => NodeChoice::Ids(vec![id.0]),
        (None, Some(layer)) => NodeChoice::Group(layer.0),
        (None, None) => NodeChoice::All,
    }
}

/// How nodes are restarted: `isSequential` and `delay`.
fn restart_order(params: &Params) -> Result<RestartOrder, ApiError> {
    let delay = params.opt_number("delay")?.unwrap_or(0);
    if !(0..=LONGEST_DELAY).contains(&delay) {
        return Err(ApiError::bad("delay", format!("it has to be between 0 and {LONGEST_DELAY} seconds")));
    }
    Ok(RestartOrder { sequential: params.yes("isSequential")?, delay: Duration::from_secs(delay.unsigned_abs()) })
}

/// An image of this server.
async fn template(call: &Call, image: &str) -> Result<Template, ApiError> {
    let image = ImageRef::parse(image).map_err(|why| ApiError::bad("image", why))?;
    let found = call.keyrack.environments.templates().await?.into_iter().find(|template| template.name == image.name);
    found.ok_or_else(|| Error::NotFound(format!("there is no image “{}” on this server", image.name).into()).into())
}

/// What the node with the number runs, and its image.
async fn template_of_node(call: &Call) -> Result<(ImageRef, Template), ApiError> {
    let environment = call.keyrack.environments.get(&call.caller, call.params.text("envName")?).await?;
    let number = call.params.number("nodeId")?;
    let node = environment
        .nodes()
        .find(|node| node.id.0 == number)
        .ok_or_else(|| Error::NotFound(format!("environment “{}” has no node {number}", environment.name).into()))?;
    Ok((node.image.clone(), template(call, &node.image.name).await?))
}

/// That it was done on these nodes.
fn responses(nodes: impl Iterator<Item = NodeId>) -> Value {
    let one = |node| json!({ "result": 0, "nodeid": node, "out": "", "errOut": "" });
    json!({ "responses": nodes.map(one).collect::<Vec<_>>() })
}

/// A time in seconds.
fn seconds(params: &Params, name: &'static str) -> Result<Duration, ApiError> {
    let number = params.number(name)?;
    let seconds = u32::try_from(number).map_err(|_| ApiError::bad(name, "it has to be a number of seconds"))?;
    Ok(Duration::from_secs(seconds.into()))
}

/// What was used over some time.
fn sum(sum: &SumStat) -> Value {
    json!({
        "duration": sum.duration.as_secs(),
        "cpu": u64::try_from(sum.cpu.as_millis()).unwrap_or(u64::MAX),
        "mem": sum.memory,
        "cloudlets": sum.cloudlets,
        "samples": sum.samples,
    })
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

/// What commands brought. One that failed has its code in its own answer: it was executed, as was asked.
fn outputs(outputs: &[NodeOutput]) -> Value {
    let one = |output: &NodeOutput| {
        let failed = output.exit_status != 0 || !output.in_time;
        let error = match (failed, output.in_time) {
            (false, _) => None,
            (true, true) => Some(format!("a command ended with exit status {}", output.exit_status)),
            (true, false) => Some("a command took too long and was ended".to_owned()),
        };
        json!({
            "result": if failed { Code::Internal.number() } else { 0 },
            "nodeid": output.node,
            "out": output.out,
            "errOut": output.err,
            "exitStatus": output.exit_status,
            "error": error,
        })
    };
    json!({ "responses": outputs.iter().map(one).collect::<Vec<_>>() })
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
