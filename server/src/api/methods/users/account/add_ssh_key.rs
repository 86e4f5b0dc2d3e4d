//! Keeping a public SSH key.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use serde_json::json;

use super::ssh_keys::{PRIVATE, ssh_key};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.account.AddSSHKey",
    summary: "Keeps a public SSH key of the user, validated. Nothing on this server opens with it: clients take it from here.",
    params: &[
        Param::required("title", Kind::Text, "What the key is called; each of the user has another title.", "Laptop"),
        Param::required(
            "sshKey",
            Kind::Text,
            "The public key as OpenSSH writes it: its type, the key in base64, and a comment.",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtdmoZLXmXVmVKPHqzvEaDX6qNEQVVKbIiJUuzGtQXL ada@laptop",
        ),
        PRIVATE,
    ],
    answer: r#"{"result":0,"object":{"id":1,"title":"Laptop","sshKey":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtdmoZLXmXVmVKPHqzvEaDX6qNEQVVKbIiJUuzGtQXL ada@laptop","fingerprint":"SHA256:…","isPrivate":false,"createdOn":"2026-11-24 10:00:00"}}"#,
    codes: &[Code::Limit, Code::SshKey, Code::SshKeyExists, Code::SshKeyTitle],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    if params.yes("isPrivate")? {
        return Err(ApiError::bad("isPrivate", "private keys are not kept here: send the public one, with false"));
    }
    let (title, key) = (params.text("title")?, params.text("sshKey")?);
    let kept = call.keyrack.accounts.add_ssh_key(&call.caller, &call.client, title, key).await?;
    Answer::object(json!({ "object": ssh_key(&kept) }))
}
