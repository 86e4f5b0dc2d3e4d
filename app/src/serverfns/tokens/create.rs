use keyrack_domain::types::{
    refusal::Answer,
    tokens::{NewSecret, TokenDraft},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Makes a token and tells its secret, this once.
#[server(prefix = "/fn", endpoint = "tokens/create", input = Json, output = Json)]
pub async fn create_token(draft: TokenDraft, password: String) -> Result<Answer<NewSecret>, ServerFnError> {
    Ok(ssr::create(&draft, &password).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::{
        Error,
        types::{
            refusal::Answer,
            tokens::{NewSecret, TokenDraft},
        },
    };

    use super::super::ssr::{confirmed, no_store};

    pub async fn create(draft: &TokenDraft, password: &str) -> Answer<NewSecret> {
        no_store();
        let (keyrack, confirmed) = confirmed(password).await?;
        keyrack.create_token_from_draft(&confirmed, draft).await.map_err(Error::into_refusal)
    }
}
