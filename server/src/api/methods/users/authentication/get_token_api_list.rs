//! The methods that a token can carry.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::Search;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::methods::users::policy;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.GetTokenApiList",
    summary: "Lists the methods that a token can carry.",
    params: &[
        Param::optional(
            "search",
            Kind::Text,
            "Only methods with each of these words in their name or summary, in any case.",
            "StopEnv",
        ),
        Param::optional(
            "showPrivate",
            Kind::YesNo,
            "Accepted for compatibility; there are no private methods here.",
            "false",
        ),
    ],
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
    let search = Search::new(call.params.opt_text("search")?.unwrap_or_default());
    let methods = call.keyrack.catalog().token_methods();
    policy::answer(methods.into_iter().filter(|info| search.finds(&info.search_text())))
}
