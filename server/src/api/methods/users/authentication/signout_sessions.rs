//! Ending sessions from elsewhere.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::params::Ids;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.SignoutSessions",
    summary: "Ends sessions of the user.",
    params: &[Param::required(
        "ids",
        Kind::Ids,
        "Numbers of the sessions, `*` for all, the calling one included.",
        "5;6",
    )
    .or(&["id"])],
    answer: r#"{"result":0}"#,
    codes: &[Code::NotFound],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let ids = match call.params.ids("ids")? {
        Ids::These(ids) => ids,
        Ids::All => call.keyrack.accounts.sessions(&call.caller).await?.iter().map(|session| session.id).collect(),
    };
    call.keyrack.accounts.end_sessions(&call.caller, &call.client, &ids).await?;
    Ok(Answer::done())
}
