//! The server's clock.

use crate::api::answer::Answer;
use crate::api::call::PublicCall;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::dates::wire_moment;
use serde_json::json;

pub const METHOD: Method = Method {
    name: "environment.tracking.GetServerUTCTime",
    summary: "Tells the server's time, in UTC.",
    params: &[],
    answer: r#"{"result":0,"object":"2026-11-24 10:00:00"}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Public(|call| Box::pin(run(call))),
};

async fn run(call: PublicCall) -> Result<Answer, ApiError> {
    Answer::object(json!({ "object": wire_moment(call.keyrack.world().now()) }))
}
