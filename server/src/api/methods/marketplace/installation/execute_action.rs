//! An action.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::done;
use super::super::given::values;
use super::super::{LANG, SETTINGS_ID, STEP_CODES, UNIQUE_NAME};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "marketplace.installation.ExecuteAction",
    summary: "Carries out an action of something that is installed; answers at its end.",
    params: &[
        UNIQUE_NAME,
        Param::optional("action", Kind::Text, "The action; may be left out when there is only one.", "scale"),
        SETTINGS_ID,
        Param::optional(
            "params",
            Kind::Json,
            "A JSON object: what the action has as `this`; values of fields count as settings too.",
            r#"{"count":3}"#,
        ),
        LANG,
    ],
    answer: r#"{"result":0,"action":"executeAction","type":"success","name":"Static site","uniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","appUniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","appid":"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e","envName":"my-shop","startPage":"http://127.0.0.1:31000","successText":"Done","message":"Done","data":{"env":{"envName":"my-shop","status":1}},"response":{"result":0,"uniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","successText":"Done","env":{"envName":"my-shop","status":1}}}"#,
    codes: STEP_CODES,
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (name, action) = (params.text("appUniqueName")?, params.opt_text("action")?);
    let given = values(params, "params")?;
    let carried_out =
        call.keyrack.marketplace.execute_app_action(&call.caller, &call.client, name, action, given).await?;
    done(&carried_out, "executeAction", call.caller.role)
}
