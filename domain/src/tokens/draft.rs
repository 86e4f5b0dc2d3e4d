//! Drafts of the token dialog, read into what the operations take.

use chrono::{DateTime, Utc};

use super::rows::TokenRow;
use super::{NewToken, Renewal, TokenChange};
use crate::confirmed::Confirmed;
use crate::error::{Error, Result};
use crate::field;
use crate::tokens::Tokens;
use crate::types::dates::{end_of_day, parse_typed_day};
use crate::types::tokens::{NewSecret, TokenDraft, TokenView};

impl Tokens {
    /// [`create`](Tokens::create) from a draft.
    ///
    /// # Errors
    /// As there; also for a date that cannot be read.
    pub async fn create_from_draft(&self, confirmed: &Confirmed, draft: &TokenDraft) -> Result<NewSecret> {
        self.create(confirmed, &new_token(draft)?).await
    }

    /// [`edit`](Tokens::edit) from a draft.
    ///
    /// # Errors
    /// As there; also for a date that cannot be read.
    pub async fn edit_from_draft(
        &self,
        confirmed: &Confirmed,
        id: i64,
        version: i64,
        draft: &TokenDraft,
    ) -> Result<TokenView> {
        let token = self.seen(confirmed.caller(), id).await?;
        self.edit(confirmed, id, Some(version), &token_change(&token, draft)?).await
    }

    /// [`regenerate`](Tokens::regenerate) with a typed date, needed when the token has expired.
    ///
    /// # Errors
    /// As there; also for a date that cannot be read.
    pub async fn regenerate_until(
        &self,
        confirmed: &Confirmed,
        id: i64,
        version: i64,
        typed: Option<&str>,
    ) -> Result<NewSecret> {
        let renewal = match typed {
            None => Renewal::KeepDate,
            Some(typed) => Renewal::Until(read_day(typed)?),
        };
        self.regenerate(confirmed, id, Some(version), renewal).await
    }
}

pub(super) fn new_token(draft: &TokenDraft) -> Result<NewToken> {
    Ok(NewToken {
        description: draft.description.clone(),
        api_set: draft.api_set,
        methods: draft.methods.clone(),
        expires: read_day(&draft.expires)?,
        shared: draft.shared,
    })
}

pub(super) fn token_change(token: &TokenRow, draft: &TokenDraft) -> Result<TokenChange> {
    let typed = read_day(&draft.expires)?;
    // The dialog knows days only. The same day leaves the moment alone, which may have come from the API to the second.
    let same_day = typed.map(|end| end.date_naive()) == token.expires.map(|end| end.date_naive());
    Ok(TokenChange {
        description: Some(draft.description.clone()),
        scope: Some((draft.api_set, draft.methods.clone())),
        expires: (!same_day).then_some(typed),
        shared: Some(draft.shared),
    })
}

fn read_day(typed: &str) -> Result<Option<DateTime<Utc>>> {
    let day = parse_typed_day(typed).map_err(|error| Error::invalid(field::Token::Expires, error.to_string()))?;
    Ok(day.map(end_of_day))
}
