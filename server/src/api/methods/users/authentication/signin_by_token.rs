//! Opening a session by an Extended Access token.

use keyrack_domain::accounts::SessionKind;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::PublicCall;
use crate::api::error::{ApiError, Code};
use crate::api::hint::explain;
use crate::api::methods::users::person::Person;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.SigninByToken",
    summary: "Opens a session by a token with Extended Access; it ends when the token ends.",
    params: &[
        Param::required("token", Kind::Secret, "The token.", "krp_…"),
        Param::optional("userHeaders", Kind::Text, "Accepted for compatibility; not looked at.", ""),
    ],
    answer: r#"{"result":0,"session":"7x0f…","uid":7,"email":"ada@example.org","name":"Ada","status":"ENABLED","accessType":"FULL_ACCESS","authType":"BASIC"}"#,
    codes: &[Code::Forbidden, Code::NotAuthenticated],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: false,
    run: Run::Public(|call| Box::pin(run(call))),
};

async fn run(call: PublicCall) -> Result<Answer, ApiError> {
    let token = call.params.text("token")?;
    let opened = call.keyrack.accounts.sign_in_with_token(token, &call.client, SessionKind::Api).await;
    let opened = opened.map_err(|error| explain(error, token))?;
    let person = Person::new(&opened.caller).named(&opened.profile.name).with_session(opened.session.as_str());
    Answer::written(&person)
}
