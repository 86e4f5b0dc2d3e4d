//! Removing a member, or taking an invitation back.

use std::collections::HashMap;

use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::members::TokenDisposition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::params::{MemberId, OwnerUid};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;
use crate::methods::users::authentication::NewToken;
use crate::methods::users::confirm::{FactorCode, Password, confirm_with};

/// Removes a member, or takes an invitation back (negative number). Values that the member made of others' tokens end; the
/// answer holds, this once, those of tokens that were transferred.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteMember {
    id: MemberId,
    tokens: Option<Dispositions>,
    _owner_uid: Option<OwnerUid>,
    password: Password,
    code: Option<FactorCode>,
}

/// What becomes of the member's tokens: revoke, keep (shared, owned by the caller, with the value that the member knows; not
/// where it signs in) or transfer (to the caller, with a new value), for all of them or as JSON by their numbers. By its number
/// a token whose value the member made can be transferred too. Required where there are any.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(example = &"revoke")]
enum Dispositions {
    OfAll(#[schemars(with = "String")] TokenDisposition),
    ByNumber(#[schemars(with = "String")] HashMap<i64, TokenDisposition>),
}

impl TryFrom<String> for Dispositions {
    type Error = &'static str;

    fn try_from(written: String) -> Result<Dispositions, &'static str> {
        let written = written.trim();
        if !written.starts_with('{') {
            return disposition(written).map(Dispositions::OfAll);
        }
        let words: HashMap<i64, String> =
            serde_json::from_str(written).map_err(|_| "as JSON it has to be like {\"3\":\"revoke\"}")?;
        words
            .into_iter()
            .map(|(id, word)| Ok((id, disposition(&word)?)))
            .collect::<Result<_, _>>()
            .map(Dispositions::ByNumber)
    }
}

fn disposition(word: &str) -> Result<TokenDisposition, &'static str> {
    match word.to_ascii_lowercase().as_str() {
        "revoke" => Ok(TokenDisposition::Revoke),
        "keep" => Ok(TokenDisposition::KeepShared),
        "transfer" => Ok(TokenDisposition::Transfer),
        _ => Err("it has to be revoke, keep or transfer"),
    }
}

/// What is left of a member.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RemovedMember")]
pub struct Removed {
    /// The tokens that were transferred.
    #[schemars(example = json!([]))]
    tokens: Vec<NewToken>,
}

impl Method for DeleteMember {
    const NAME: &str = "users.collaboration.DeleteMember";
    const RIGHT: Right = Right::Session(Role::Owner);
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Account;
    const CODES: &[Code] = &[Code::NotFound, Code::WrongPassword];
    type Answer = Removed;

    async fn run(self, call: &Call) -> Result<Removed, ApiError> {
        let id = self.id.0;
        let confirmed = confirm_with(call, Some(&self.password), self.code.as_deref()).await?;
        if id < 0 {
            call.keyrack.members.withdraw_invitation(&call.caller, &call.client, id.saturating_neg()).await?;
            return Ok(Removed { tokens: Vec::new() });
        }
        let dispositions = match self.tokens {
            None => HashMap::new(),
            Some(Dispositions::ByNumber(dispositions)) => dispositions,
            Some(Dispositions::OfAll(disposition)) => {
                let tokens = call.keyrack.members.tokens_of_member(&call.caller, id).await?;
                tokens.iter().map(|token| (token.id, disposition)).collect()
            }
        };
        let transferred = call.keyrack.members.remove(&confirmed, id, &dispositions).await?;
        Ok(Removed { tokens: transferred.into_iter().map(NewToken::from).collect() })
    }
}
