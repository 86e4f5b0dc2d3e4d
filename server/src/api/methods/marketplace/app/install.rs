//! Installing what is in the catalogue.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::done;
use super::super::given::request;
use super::super::{
    APP_ID, DISPLAY_NAME, ENV_GROUPS, ENV_NAME, INSTALL_ANSWER, OWNER_UID, REGION, SETTINGS, SKIP_EMAIL,
    SKIP_NODE_EMAILS, STEP_CODES,
};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

/// What of an installation's facts this method is told.
const DECLARED: &[&str] = &["envName", "envGroups", "displayName", "region", "nodes"];

pub const METHOD: Method = Method {
    name: "marketplace.app.Install",
    summary: "Installs an app: makes its environment or changes one, and carries out its steps; answers at their end.",
    params: &[
        APP_ID,
        SETTINGS,
        ENV_NAME,
        ENV_GROUPS,
        DISPLAY_NAME,
        REGION,
        Param::optional(
            "nodes",
            Kind::Json,
            "In the place of the manifest's nodes: a JSON list, as CreateEnvironment has it.",
            r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:latest"}}]"#,
        ),
        Param::optional(
            "overrideNodes",
            Kind::YesNo,
            "Accepted for compatibility: nodes always replace those of the manifest.",
            "true",
        ),
        SKIP_EMAIL,
        SKIP_NODE_EMAILS,
        OWNER_UID,
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
    let installed = call.keyrack.marketplace.install_app(&call.caller, &call.client, id, false, request).await?;
    done(&installed, "install", call.caller.role)
}
