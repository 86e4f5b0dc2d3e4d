//! Installing what somebody brings.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::done;
use super::super::given::request;
use super::super::{
    DISPLAY_NAME, ENV_GROUPS, ENV_NAME, INSTALL_ANSWER, LAYER, OWNER_UID, REGION, SETTINGS, SKIP_NODE_EMAILS,
    STEP_CODES,
};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

/// What of an installation's facts this method is told.
const DECLARED: &[&str] = &["envName", "envGroups", "displayName", "region", "nodeGroup"];

pub const METHOD: Method = Method {
    name: "marketplace.jps.Install",
    summary: "Installs a manifest: makes its environment or changes one, and carries out its steps; answers at their end.",
    params: &[
        Param::required(
            "jps",
            Kind::Text,
            "The manifest, as YAML or JSON (docs/marketplace.md says what it may hold); its text, no address.",
            r#"{"type":"install","name":"Hello","onInstall":{"log":"Hello"}}"#,
        ),
        SETTINGS,
        ENV_NAME,
        ENV_GROUPS,
        DISPLAY_NAME,
        REGION,
        LAYER,
        SKIP_NODE_EMAILS,
        Param::optional(
            "logsPath",
            Kind::Text,
            "Accepted for compatibility: what is logged goes to the console.",
            "/tmp/log",
        ),
        Param::optional("loggerName", Kind::Text, "Accepted for compatibility.", "install"),
        Param::optional("writeOutputTasks", Kind::YesNo, "Accepted for compatibility.", "false"),
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
    let request = request(&call.params, DECLARED)?;
    let installed =
        call.keyrack.marketplace.install(&call.caller, &call.client, call.params.text("jps")?, request).await?;
    done(&installed, "install", call.caller.role)
}
