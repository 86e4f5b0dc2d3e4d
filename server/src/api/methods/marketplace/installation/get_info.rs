//! One of it.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::UNIQUE_NAME;
use super::super::bean::{info, installation};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.installation.GetInfo",
    summary: "Tells everything of something that is installed.",
    params: &[UNIQUE_NAME],
    answer: r#"{"result":0,"app":{"uniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","appUniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","app_id":"scale","type":"update","name":"Scale a layer","envName":"my-shop","appid":"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e","actions":["scale"],"uid":7,"installedOn":"2027-01-01 12:00:00"},"settings":{"fields":[{"name":"title","caption":"Title","type":"string","default":"Hello","required":true},{"name":"count","caption":"Nodes","type":"spinner","default":1},{"name":"search","caption":"Search","type":"checkbox","default":false}]}}"#,
    codes: &[Code::NotFound],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let installed = call
        .keyrack
        .marketplace
        .read_installation(&call.caller, &call.client, call.params.text("appUniqueName")?)
        .await?;
    let app = installation(&installed);
    match installed.read() {
        Ok(manifest) => info(app, &manifest, call.caller.role),
        // One that an earlier server could read and this one cannot is still there, and can be uninstalled.
        Err(_) => Answer::object(json!({ "app": app, "settings": null })),
    }
}
