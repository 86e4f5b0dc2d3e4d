//! The public SSH keys.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::ssh_keys::{PRIVATE, ssh_key};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.account.GetSSHKeys",
    summary: "Lists the public SSH keys of the user, the oldest first.",
    params: &[PRIVATE],
    answer: r#"{"result":0,"objects":[{"id":1,"title":"Laptop","sshKey":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtdmoZLXmXVmVKPHqzvEaDX6qNEQVVKbIiJUuzGtQXL ada@laptop","fingerprint":"SHA256:…","isPrivate":false,"createdOn":"2026-11-24 10:00:00"}]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let keys = match call.params.yes("isPrivate")? {
        true => Vec::new(),
        false => call.keyrack.accounts.ssh_keys(&call.caller).await?,
    };
    let keys: Vec<_> = keys.iter().map(ssh_key).collect();
    // Some clients read `keys`.
    Answer::object(json!({ "objects": keys, "keys": keys }))
}
