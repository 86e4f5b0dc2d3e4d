//! `environment.control`: environments, their nodes and their logs.

mod clone_env;
mod create_environment;
mod delete_env;
mod get_basic_envs_info;
mod get_env_info;
mod get_envs;
mod get_logs;
mod get_logs_list;
mod get_regions;
mod get_sum_stat;
mod get_templates;
mod read_log;
mod restart_node_by_id;
mod restart_nodes;
mod set_env_display_name;
mod sleep_env;
mod start_env;
mod stop_env;

use std::time::Duration;

use keyrack_domain::environments::Operation;

use crate::api::error::ApiError;
use crate::api::registry::{Kind, Method, Param};

/// The class.
pub const METHODS: &[Method] = &[
    clone_env::METHOD,
    create_environment::METHOD,
    delete_env::METHOD,
    get_basic_envs_info::METHOD,
    get_env_info::METHOD,
    get_envs::METHOD,
    get_logs::METHOD,
    get_logs_list::METHOD,
    get_regions::METHOD,
    get_sum_stat::METHOD,
    get_templates::METHOD,
    read_log::METHOD,
    restart_node_by_id::METHOD,
    restart_nodes::METHOD,
    set_env_display_name::METHOD,
    sleep_env::METHOD,
    start_env::METHOD,
    stop_env::METHOD,
];

const ENV_NAME: Param = Param::required(
    "envName",
    Kind::Text,
    "The environment: its short name in any case, its domain or its appid.",
    "my-project",
);

const NODE_ID: Param = Param::required("nodeId", Kind::Number, "The number of the node.", "1");

const NODE_GROUP: Param = Param::optional("nodeGroup", Kind::Text, "The layer, `cp` for example.", "cp");

const LAZY: Param =
    Param::optional("lazy", Kind::YesNo, "Accepted for compatibility; the answer is always whole.", "false");

const OWNER_UID: Param =
    Param::optional("ownerUid", Kind::Number, "Only what belongs to the account of this user.", "7");

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
