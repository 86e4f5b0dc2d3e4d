//! Where environments can be.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use super::super::bean::{REGION, REGION_NAME};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.control.GetRegions",
    summary: "Lists the regions that environments can be in: this server.",
    params: &[],
    answer: r#"{"result":0,"array":[{"id":1,"uniqueName":"local","displayName":"This server","domain":"localhost","isEnabled":true,"isRemote":false,"hardNodeGroups":[{"id":1,"uniqueName":"local","displayName":"This server","isEnabled":true}]}]}"#,
    codes: &[],
    sets: &[ApiSet::IdePlugins, ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(_: Call) -> Result<Answer, ApiError> {
    Answer::object(json!({
        "array": [{
            "id": 1,
            "uniqueName": REGION,
            "displayName": REGION_NAME,
            "domain": "localhost",
            "isEnabled": true,
            "isRemote": false,
            "hardNodeGroups": [{ "id": 1, "uniqueName": REGION, "displayName": REGION_NAME, "isEnabled": true }],
        }],
    }))
}
