use keyrack_types::{refusal::Answer, tokens::TokenList};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// The tokens that the caller may see.
#[server(prefix = "/fn", endpoint = "tokens/list", input = Json, output = Json)]
pub async fn list_tokens() -> Result<Answer<TokenList>, ServerFnError> {
    Ok(ssr::list().await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{refusal::Answer, tokens::TokenList};

    pub async fn list() -> Answer<TokenList> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        keyrack.tokens.list(&caller).await.map_err(crate::refusal::of)
    }
}
