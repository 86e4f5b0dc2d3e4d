//! What an API set opens.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::methods::users::policy;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.GetPolicyMethods",
    summary: "Lists the methods of an API set on this server.",
    params: &[Param::optional(
        "uniqueName",
        Kind::Text,
        "Extended Access, IDE Plugins, Marketplace or Maven Plugin; without it every method that a token can carry.",
        "IDE Plugins",
    )],
    answer: r#"{"result":0,"tokenPermissions":[{"method":"environment.control.StopEnv","description":"Stops an environment."}],"behavior":"ALLOW"}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let catalog = call.keyrack.catalog();
    let methods = match call.params.opt_text("uniqueName")? {
        None => catalog.token_methods(),
        Some(name) => {
            let set = policy::set("uniqueName", name)?;
            let bits = catalog.set_bits(set);
            catalog.entries().filter(|(id, _)| bits.contains(*id)).map(|(_, entry)| entry.info.clone()).collect()
        }
    };
    policy::answer(methods)
}
