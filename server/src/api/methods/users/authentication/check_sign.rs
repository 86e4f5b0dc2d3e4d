//! Does this credential still hold?

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::methods::users::person::Person;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.CheckSign",
    summary: "Tells whether the session or token is valid, and whose it is.",
    params: &[],
    answer: r#"{"result":0,"uid":7,"email":"ada@example.org","status":"ENABLED","accessType":"FULL_ACCESS","authType":"BASIC"}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::Always,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    Answer::written(&Person::new(&call.caller))
}
