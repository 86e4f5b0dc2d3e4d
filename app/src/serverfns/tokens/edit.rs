use keyrack_types::{
    refusal::Answer,
    second_factor::ConfirmInput,
    tokens::{TokenDraft, TokenView},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Changes a token, if it has not changed since the draft began.
#[server(prefix = "/fn", endpoint = "tokens/edit", input = Json, output = Json)]
pub async fn edit_token(
    id: i64,
    version: i64,
    draft: TokenDraft,
    confirm: ConfirmInput,
) -> Result<Answer<TokenView>, ServerFnError> {
    Ok(ssr::edit(id, version, &draft, confirm).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::Answer,
        second_factor::ConfirmInput,
        tokens::{TokenDraft, TokenView},
    };

    use crate::step_up::confirmed;

    pub async fn edit(id: i64, version: i64, draft: &TokenDraft, confirm: ConfirmInput) -> Answer<TokenView> {
        let (keyrack, confirmed) = confirmed(confirm).await?;
        keyrack
            .tokens
            .edit(&confirmed, id, Some(version), &crate::drafts::change(draft)?)
            .await
            .map_err(crate::refusal::of)
    }
}
