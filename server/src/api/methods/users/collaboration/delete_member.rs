//! Removing a member, or taking an invitation back.

use std::collections::HashMap;

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::members::TokenDisposition;
use serde::Serialize;

use super::MEMBER;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::methods::users::authentication::NewToken;
use crate::api::methods::users::confirm::{CODE, PASSWORD, confirm};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "users.collaboration.DeleteMember",
    summary: "Removes a member, or takes an invitation back (negative number). Values that the member made of others' tokens end; the answer holds, this once, those of tokens that were transferred.",
    params: &[
        MEMBER,
        Param::optional(
            "tokens",
            Kind::Text,
            "What becomes of the member's tokens: revoke, keep (shared, owned by the caller, with the value that the member knows; not where it signs in) or transfer (to the caller, with a new value), for all of them or as JSON by their numbers. By its number a token whose value the member made can be transferred too. Required where there are any.",
            "revoke",
        ),
        Param::optional(
            "ownerUid",
            Kind::Number,
            "Accepted for compatibility; a call speaks of its credential's account.",
            "",
        ),
        PASSWORD,
        CODE,
    ],
    answer: r#"{"result":0,"tokens":[]}"#,
    codes: &[Code::NotFound, Code::WrongPassword],
    sets: &[],
    token: TokenAccess::Never,
    role: Role::Owner,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

#[derive(Serialize)]
struct Removed {
    tokens: Vec<NewToken>,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let id = call.params.number("id")?;
    let confirmed = confirm(&call).await?;
    if id < 0 {
        call.keyrack.members.withdraw_invitation(&call.caller, &call.client, id.saturating_neg()).await?;
        return Answer::written(&Removed { tokens: Vec::new() });
    }
    let fates = match call.params.opt_text("tokens")?.map(str::trim) {
        None => HashMap::new(),
        Some(by_number) if by_number.starts_with('{') => {
            let words: HashMap<i64, String> = serde_json::from_str(by_number)
                .map_err(|_| ApiError::bad("tokens", "as JSON it has to be like {\"3\":\"revoke\"}"))?;
            words.into_iter().map(|(id, word)| Ok((id, fate(&word)?))).collect::<Result<_, ApiError>>()?
        }
        Some(word) => {
            let fate = fate(word)?;
            let tokens = call.keyrack.members.tokens_of_member(&call.caller, id).await?;
            tokens.iter().map(|token| (token.id, fate)).collect()
        }
    };
    let transferred = call.keyrack.members.remove(&confirmed, id, &fates).await?;
    Answer::written(&Removed { tokens: transferred.into_iter().map(NewToken::from).collect() })
}

fn fate(word: &str) -> Result<TokenDisposition, ApiError> {
    match word.to_ascii_lowercase().as_str() {
        "revoke" => Ok(TokenDisposition::Revoke),
        "keep" => Ok(TokenDisposition::KeepShared),
        "transfer" => Ok(TokenDisposition::Transfer),
        _ => Err(ApiError::bad("tokens", "it has to be revoke, keep or transfer")),
    }
}
