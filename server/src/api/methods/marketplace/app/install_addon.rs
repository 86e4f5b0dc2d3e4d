//! Installing an add-on.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::done;
use super::super::given::request;
use super::super::{LAYER, SETTINGS, SKIP_EMAIL};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

/// What of an installation's facts this method is told.
const DECLARED: &[&str] = &["envName", "nodeGroup"];

pub const METHOD: Method = Method {
    name: "marketplace.app.InstallAddon",
    summary: "Installs an add-on into an environment; answers at the end of its steps.",
    params: &[
        Param::required("id", Kind::Text, "The add-on: its name, or its number for one of your own.", "scale"),
        SETTINGS,
        Param::required("envName", Kind::Text, "The environment that it is for.", "my-project"),
        LAYER,
        SKIP_EMAIL,
    ],
    answer: r#"{"result":0,"action":"install","type":"success","name":"Static site","uniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","appUniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","appid":"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e","envName":"my-shop","startPage":"http://127.0.0.1:31000","successText":"Done","message":"Done","data":{"env":{"envName":"my-shop","status":1}},"response":{"result":0,"uniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","successText":"Done","env":{"envName":"my-shop","status":1}}}"#,
    codes: &[
        Code::Forbidden,
        Code::NotFound,
        Code::NotPermitted,
        Code::NoEnvironment,
        Code::WrongState,
        Code::Limit,
        Code::NodeFailed,
    ],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (id, request) = (call.params.text("id")?, request(&call.params, DECLARED)?);
    let installed = call.keyrack.install_app(&call.caller, &call.client, id, true, request).await?;
    done(&installed, "install", call.caller.role)
}
