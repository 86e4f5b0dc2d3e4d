//! Who am I?

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::methods::users::person::NamedPerson;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.account.GetUserInfo",
    summary: "Tells the number, e-mail address and name of the user behind the credential.",
    params: &[],
    answer: r#"{"result":0,"uid":7,"email":"ada@example.org","name":"Ada","status":"ENABLED","accessType":"FULL_ACCESS","authType":"BASIC"}"#,
    codes: &[],
    sets: &[ApiSet::IdePlugins, ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let profile = call.keyrack.accounts.profile(&call.caller).await?;
    Answer::written(&NamedPerson::new(call.caller.clone(), profile.name))
}
