use keyrack_domain::types::refusal::Answer;
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Removes tokens; their secrets open nothing from then on.
#[server(prefix = "/fn", endpoint = "tokens/remove", input = Json, output = Json)]
pub async fn remove_tokens(ids: Vec<i64>, password: String) -> Result<Answer<()>, ServerFnError> {
    Ok(ssr::remove(&ids, &password).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::{Error, types::refusal::Answer};

    use super::super::ssr::confirmed;

    pub async fn remove(ids: &[i64], password: &str) -> Answer<()> {
        let (keyrack, confirmed) = confirmed(password).await?;
        keyrack.remove_tokens(&confirmed, ids).await.map_err(Error::into_refusal)
    }
}
