//! `environment.control`: environments, their nodes and their logs.

mod add_container_env_vars;
mod clone_env;
mod create_environment;
mod delete_env;
mod exec_cmd_by_group;
mod exec_cmd_by_id;
mod get_basic_envs_info;
mod get_container_entry_point;
mod get_container_env_vars;
mod get_container_env_vars_by_group;
mod get_container_run_cmd;
mod get_container_run_config;
mod get_env_info;
mod get_envs;
mod get_logs;
mod get_logs_list;
mod get_regions;
mod get_sum_stat;
mod get_templates;
mod read_log;
mod remove_container_env_vars;
mod restart_node_by_id;
mod restart_nodes;
mod set_container_entry_point;
mod set_container_env_vars;
mod set_container_env_vars_by_group;
mod set_container_run_cmd;
mod set_env_display_name;
mod sleep_env;
mod start_env;
mod stop_env;

use std::time::Duration;

use keyrack_domain::environments::{NodeChoice, NodeOutput, Operation};
use serde_json::{Value, json};

use crate::api::error::{ApiError, Code};
use crate::api::params::Params;
use crate::api::registry::{Kind, Method, Param};

/// The class.
pub const METHODS: &[Method] = &[
    add_container_env_vars::METHOD,
    clone_env::METHOD,
    create_environment::METHOD,
    delete_env::METHOD,
    exec_cmd_by_group::METHOD,
    exec_cmd_by_id::METHOD,
    get_basic_envs_info::METHOD,
    get_container_entry_point::METHOD,
    get_container_env_vars::METHOD,
    get_container_env_vars_by_group::METHOD,
    get_container_run_cmd::METHOD,
    get_container_run_config::METHOD,
    get_env_info::METHOD,
    get_envs::METHOD,
    get_logs::METHOD,
    get_logs_list::METHOD,
    get_regions::METHOD,
    get_sum_stat::METHOD,
    get_templates::METHOD,
    read_log::METHOD,
    remove_container_env_vars::METHOD,
    restart_node_by_id::METHOD,
    restart_nodes::METHOD,
    set_container_entry_point::METHOD,
    set_container_env_vars::METHOD,
    set_container_env_vars_by_group::METHOD,
    set_container_run_cmd::METHOD,
    set_env_display_name::METHOD,
    sleep_env::METHOD,
    start_env::METHOD,
    stop_env::METHOD,
];

pub(super) const ENV_NAME: Param = Param::required(
    "envName",
    Kind::Text,
    "The environment: its short name in any case, its domain or its appid.",
    "my-project",
);

pub(super) const NODE_ID: Param = Param::required("nodeId", Kind::Number, "The number of the node.", "1");

pub(super) const NODE_GROUP: Param = Param::optional("nodeGroup", Kind::Text, "The layer, `cp` for example.", "cp");

const OPT_NODE_ID: Param = Param::optional("nodeId", Kind::Number, "The number of the node.", "1");

const LAYER: Param = Param::required("nodeGroup", Kind::Text, "The layer, `cp` for example.", "cp");

const LAZY: Param =
    Param::optional("lazy", Kind::YesNo, "Accepted for compatibility; the answer is always whole.", "false");

const OWNER_UID: Param =
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
