//! `utils.scheduler`: calls that the server makes by itself.

mod bean;
mod params;

use crate::dispatch::method::methods;

methods! {
    create_account_task::CreateAccountTask,
    create_env_task::CreateEnvTask,
    delete_tasks::DeleteTasks,
    edit_task::EditTask,
    get_tasks::GetTasks,
}
