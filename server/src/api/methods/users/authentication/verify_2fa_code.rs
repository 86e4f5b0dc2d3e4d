//! Finishing a sign-in by the second factor.

use keyrack_domain::Error;
use keyrack_domain::accounts::SessionKind;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::second_factor::Proof;
use keyrack_domain::types::accounts::Role;

use crate::api::answer::Answer;
use crate::api::call::PublicCall;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::person::Person;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.Verify2FACode",
    summary: "Finishes a sign-in whose Signin answered authType TFA; its session is good for every method from then on.",
    params: &[
        Param::required("session", Kind::Secret, "The value that Signin answered.", "7x0f…"),
        Param::required(
            "code",
            Kind::Secret,
            "The code of the authenticator, or a recovery code; each is taken once.",
            "123456",
        ),
    ],
    answer: r#"{"result":0,"session":"7x0f…","uid":7,"email":"ada@example.org","name":"Ada","status":"ENABLED","accessType":"FULL_ACCESS","authType":"TFA"}"#,
    codes: &[Code::Forbidden, Code::WrongSignIn, Code::NotAuthenticated],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: false,
    run: Run::Public(|call| Box::pin(run(call))),
};

async fn run(call: PublicCall) -> Result<Answer, ApiError> {
    let proof = Proof::Code(call.params.text("code")?.to_owned());
    let opened = call
        .keyrack
        .accounts
        .finish_sign_in(call.params.text("session")?.trim(), &proof, &call.client, SessionKind::Api)
        .await
        .map_err(|error| match error {
            Error::WrongCode { .. } => ApiError::SignInCode,
            Error::TooManyTries { wait } => ApiError::SignInThrottled { wait },
            other => other.into(),
        })?;
    let person = Person::new(&opened.caller).named(&opened.profile.name).with_session(opened.session.as_str());
    Answer::written(&person.by_second_factor())
}
