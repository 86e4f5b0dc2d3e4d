//! May I call these?

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.CheckEnvironmentRights",
    summary: "Answers 0 when the caller may call these methods, otherwise 8, naming one that it may not.",
    params: &[
        Param::required(
            "serviceMethod",
            Kind::List,
            "Names of methods, as in apiList.",
            "users.collaboration.CheckEnvironmentRights",
        ),
        Param::optional("isAny", Kind::YesNo, "One of them is enough.", "false"),
        Param::optional(
            "envName",
            Kind::Text,
            "Accepted for compatibility; rights are the same in all environments of an account.",
            "",
        ),
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::Forbidden],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let catalog = call.keyrack.catalog();
    let mut refused = None;
    let mut allowed = false;
    for written in call.params.list("serviceMethod") {
        let info = catalog.resolve(&written).map_err(|unknown| ApiError::bad("serviceMethod", unknown.to_string()))?;
        let id = catalog.entries().find(|(_, entry)| entry.info.name == info.name).map(|(id, _)| id);
        if id.is_some_and(|id| call.caller.may_call(id)) {
            allowed = true;
        } else {
            refused.get_or_insert_with(|| info.name.clone());
        }
    }
    match refused {
        Some(name) if !(allowed && call.params.yes("isAny")?) => {
            Err(keyrack_domain::Error::Forbidden(format!("no permission to call {name}").into()).into())
        }
        _ => Ok(Answer::done()),
    }
}
