//! `environment.control`: environments, their nodes and their logs.

mod add_container_env_vars;
mod add_container_volume;
mod add_container_volume_by_group;
mod add_container_volumes;
mod add_env_property;
mod apply_env_property;
mod apply_node_group_data;
mod attach_env_group;
mod change_topology;
mod clear_log;
mod clone_env;
mod create_environment;
mod delete_env;
mod deploy_app;
mod detach_env_group;
mod exec_cmd_by_group;
mod exec_cmd_by_id;
mod get_all_sum_stat_by_uid;
mod get_basic_envs_info;
mod get_container_entry_point;
mod get_container_env_vars;
mod get_container_env_vars_by_group;
mod get_container_manifest;
mod get_container_node_tags;
mod get_container_run_cmd;
mod get_container_run_config;
mod get_container_tags;
mod get_container_volumes_by_group;
mod get_container_volumes_by_id;
mod get_env_info;
mod get_env_property;
mod get_envs;
mod get_logs;
mod get_logs_list;
mod get_node_groups;
mod get_node_tags;
mod get_regions;
mod get_stats;
mod get_sum_stat;
mod get_templates;
mod read_log;
mod redeploy_container_by_id;
mod redeploy_containers;
mod redeploy_containers_by_group;
mod remove_app;
mod remove_container_env_vars;
mod remove_container_volume;
mod remove_container_volume_by_group;
mod remove_container_volumes;
mod remove_env_property;
mod remove_log;
mod rename_app;
mod restart_container_by_id;
mod restart_node_by_id;
mod restart_nodes;
mod restart_services;
mod set_cloudlets_count_by_group;
mod set_cloudlets_count_by_id;
mod set_container_entry_point;
mod set_container_env_vars;
mod set_container_env_vars_by_group;
mod set_container_run_cmd;
mod set_env_display_name;
mod set_env_group;
mod set_node_display_name;
mod set_node_group_display_name;
mod sleep_env;
mod start_env;
mod stop_env;

use std::time::Duration;

use keyrack_domain::Error;
use keyrack_domain::engine::{ImageRef, Template};
use keyrack_domain::environments::{NodeChoice, NodeOutput, Operation, RestartOrder, SumStat};
use keyrack_domain::ids::NodeId;
use serde_json::{Value, json};

use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::params::Params;
use crate::api::registry::{Class, Kind, Param};

/// The class.
pub const METHODS: Class = Class::declared(&[
    add_container_env_vars::METHOD,
    add_container_volume::METHOD,
    add_container_volume_by_group::METHOD,
    add_container_volumes::METHOD,
    add_env_property::METHOD,
    apply_env_property::METHOD,
    apply_node_group_data::METHOD,
    attach_env_group::METHOD,
    change_topology::METHOD,
    clear_log::METHOD,
    clone_env::METHOD,
    create_environment::METHOD,
    delete_env::METHOD,
    deploy_app::METHOD,
    detach_env_group::METHOD,
    exec_cmd_by_group::METHOD,
    exec_cmd_by_id::METHOD,
    get_all_sum_stat_by_uid::METHOD,
    get_basic_envs_info::METHOD,
    get_container_entry_point::METHOD,
    get_container_env_vars::METHOD,
    get_container_env_vars_by_group::METHOD,
    get_container_manifest::METHOD,
    get_container_node_tags::METHOD,
    get_container_run_cmd::METHOD,
    get_container_run_config::METHOD,
    get_container_tags::METHOD,
    get_container_volumes_by_group::METHOD,
    get_container_volumes_by_id::METHOD,
    get_env_info::METHOD,
    get_env_property::METHOD,
    get_envs::METHOD,
    get_logs::METHOD,
    get_logs_list::METHOD,
    get_node_groups::METHOD,
    get_node_tags::METHOD,
    get_regions::METHOD,
    get_stats::METHOD,
    get_sum_stat::METHOD,
    get_templates::METHOD,
    read_log::METHOD,
    redeploy_container_by_id::METHOD,
    redeploy_containers::METHOD,
    redeploy_containers_by_group::METHOD,
    remove_app::METHOD,
    remove_container_env_vars::METHOD,
    remove_container_volume::METHOD,
    remove_container_volume_by_group::METHOD,
    remove_container_volumes::METHOD,
    remove_env_property::METHOD,
    remove_log::METHOD,
    rename_app::METHOD,
    restart_container_by_id::METHOD,
    restart_node_by_id::METHOD,
    restart_nodes::METHOD,
    restart_services::METHOD,
    set_cloudlets_count_by_group::METHOD,
    set_cloudlets_count_by_id::METHOD,
    set_container_entry_point::METHOD,
    set_container_env_vars::METHOD,
    set_container_env_vars_by_group::METHOD,
    set_container_run_cmd::METHOD,
    set_env_display_name::METHOD,
    set_env_group::METHOD,
    set_node_display_name::METHOD,
    set_node_group_display_name::METHOD,
    sleep_env::METHOD,
    start_env::METHOD,
    stop_env::METHOD,
]);

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
    let found = call.keyrack.templates().await?.into_iter().find(|template| template.name == image.name);
    found.ok_or_else(|| Error::NotFound(format!("there is no image “{}” on this server", image.name).into()).into())
}

/// What the node with the number runs, and its image.
async fn template_of_node(call: &Call) -> Result<(ImageRef, Template), ApiError> {
    let environment = call.keyrack.environment(&call.caller, call.params.text("envName")?).await?;
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

/// The longest pause between two nodes, in seconds.
const LONGEST_DELAY: i64 = 600;

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
