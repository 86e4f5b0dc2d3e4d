//! Opening a session by e-mail address and password.

use keyrack_domain::Error;
use keyrack_domain::accounts::{SessionKind, SignIn};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::PublicCall;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::person::Person;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.Signin",
    summary: "Opens a session by e-mail address and password. Where a second factor is in use, `session` is good for Verify2FACode only.",
    params: &[
        Param::required("login", Kind::Text, "The user's e-mail address.", "ada@example.org").or(&["email"]),
        Param::required("password", Kind::Secret, "The user's password.", "correct horse battery staple"),
    ],
    answer: r#"{"result":0,"session":"7x0f…","uid":7,"email":"ada@example.org","name":"Ada","status":"ENABLED","accessType":"FULL_ACCESS","authType":"BASIC"}"#,
    codes: &[Code::Forbidden, Code::WrongSignIn],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: true,
    run: Run::Public(|call| Box::pin(run(call))),
};

async fn run(call: PublicCall) -> Result<Answer, ApiError> {
    let (login, password) = (call.params.text("login")?, call.params.text("password")?);
    let opened =
        call.keyrack.accounts.sign_in(login, password, &call.client, SessionKind::Api).await.map_err(|error| {
            match error {
                Error::TooManyTries { wait } => ApiError::SignInThrottled { wait },
                other => other.into(),
            }
        })?;
    match opened {
        SignIn::Done(opened) => Answer::written(
            &Person::new(&opened.caller).named(&opened.profile.name).with_session(opened.session.as_str()),
        ),
        SignIn::Half(challenge) => Answer::written(&Person::half(&challenge)),
    }
}
