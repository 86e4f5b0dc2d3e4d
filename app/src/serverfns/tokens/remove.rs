use keyrack_types::{refusal::Answer, second_factor::ConfirmInput};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Removes tokens; their secrets open nothing from then on.
#[server(prefix = "/fn", endpoint = "tokens/remove", input = Json, output = Json)]
pub async fn remove_tokens(ids: Vec<i64>, confirm: ConfirmInput) -> Result<Answer<()>, ServerFnError> {
    Ok(ssr::remove(&ids, confirm).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{refusal::Answer, second_factor::ConfirmInput};

    use crate::step_up::confirmed;

    pub async fn remove(ids: &[i64], confirm: ConfirmInput) -> Answer<()> {
        let (keyrack, confirmed) = confirmed(confirm).await?;
        keyrack.tokens.remove(&confirmed, ids).await.map_err(crate::refusal::of)
    }
}
