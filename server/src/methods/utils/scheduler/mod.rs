//! The class `utils.scheduler`.

mod bean;
mod params;

use crate::dispatch::method::methods;

methods! {
    /// Tasks: API calls at set times.
    create_account_task::CreateAccountTask,
    create_env_task::CreateEnvTask,
    delete_tasks::DeleteTasks,
    edit_task::EditTask,
    get_tasks::GetTasks,
}
