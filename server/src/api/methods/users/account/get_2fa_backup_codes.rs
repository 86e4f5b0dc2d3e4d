//! How many recovery codes are left.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::confirm::{CODE, PASSWORD, confirm};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.account.Get2FABackupCodes",
    summary: "Tells how many recovery codes are left. The codes are kept as hashes and cannot be read back; Regenerate2FABackupCodes makes new ones.",
    params: &[PASSWORD, CODE],
    answer: r#"{"result":0,"left":9,"codes":[]}"#,
    codes: &[Code::WrongPassword],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    confirm(&call).await?;
    let left = call.keyrack.second_factor.second_factors(&call.caller).await?.recovery_codes_left;
    // The empty list is for clients that go through it.
    Answer::written(&json!({"left": left, "codes": []}))
}
