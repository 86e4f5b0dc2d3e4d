//! All of it.

use keyrack_domain::Error;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::SEARCH;
use super::super::bean::{installation, response};
use super::holds;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.installation.GetList",
    summary: "Lists what is installed in the account, the oldest first.",
    params: &[SEARCH],
    answer: r#"{"result":0,"response":{"result":0,"total":1,"apps":[{"uniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","appUniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","app_id":"scale","type":"update","name":"Scale a layer","envName":"my-shop","appid":"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e","actions":["scale"],"uid":7,"installedOn":"2027-01-01 12:00:00"}]}}"#,
    codes: &[],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let search = call.params.opt_text("search")?.unwrap_or_default().to_lowercase();
    let installed = call.keyrack.marketplace.installations(&call.caller).await?;
    // A thousand large manifests take seconds to read: not on a thread that others' calls wait for.
    let read = move || installed.iter().map(installation).filter(|app| holds(app, &search)).collect::<Vec<_>>();
    let apps = tokio::task::spawn_blocking(read).await.map_err(Error::internal)?;
    response(json!({ "total": apps.len(), "apps": apps }))
}
