//! Installing an add-on.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::done;
use super::super::given::request;
use super::super::{INSTALL_ANSWER, LAYER, SETTINGS, SKIP_EMAIL, STEP_CODES};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
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
    answer: INSTALL_ANSWER,
    codes: STEP_CODES,
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let (id, request) = (call.params.text("id")?, request(&call.params, DECLARED)?);
    let installed = call.keyrack.marketplace.install_app(&call.caller, &call.client, id, true, request).await?;
    done(&installed, "install", call.caller.role)
}
