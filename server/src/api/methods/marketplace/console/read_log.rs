//! Reading.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::dates::wire_moment;
use keyrack_domain::types::methods::ApiSet;
use serde_json::json;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.console.ReadLog",
    summary: "Reads the account's console: the last 1000 lines that manifests and clients wrote.",
    params: &[],
    answer: r#"{"result":0,"body":"2027-01-01 12:00:00 Static site: The site is at http://127.0.0.1:31000\n"}"#,
    codes: &[],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let lines = call.keyrack.marketplace.read_console(&call.caller, &call.client).await?;
    let body: String = lines.iter().map(|line| format!("{} {}\n", wire_moment(line.at), line.line)).collect();
    Answer::object(json!({ "appid": call.keyrack.marketplace.scripting_appid(&call.caller), "body": body }))
}
