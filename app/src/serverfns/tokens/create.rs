use keyrack_types::{refusal::Answer, second_factor::ConfirmInput, tokens::TokenDraft};
use leptos::{prelude::*, server};

use super::made::Made;
use crate::serverfns::codec::Json;

/// Makes a token and returns its secret, which is shown only once.
#[server(prefix = "/fn", endpoint = "tokens/create", input = Json, output = Json)]
pub async fn create_token(draft: TokenDraft, confirm: ConfirmInput) -> Result<Answer<Made>, ServerFnError> {
    Ok(ssr::create(&draft, confirm).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{refusal::Answer, second_factor::ConfirmInput, tokens::TokenDraft};

    use super::super::made::{Made, ssr::made};
    use crate::step_up::{confirmed, no_store};

    pub async fn create(draft: &TokenDraft, confirm: ConfirmInput) -> Answer<Made> {
        no_store();
        let (keyrack, confirmed) = confirmed(confirm).await?;
        let new =
            keyrack.tokens.create(&confirmed, &crate::drafts::new_token(draft)?).await.map_err(crate::refusal::of)?;
        Ok(made(&keyrack, confirmed.caller(), new).await)
    }
}
