use keyrack_types::{refusal::Answer, second_factor::ConfirmInput};
use leptos::{prelude::*, server};

use super::made::Made;
use crate::serverfns::codec::Json;

/// Replaces a token's secret and returns the new one, which is shown only once. `expires` (`dd-mm-yyyy`, empty = never) is the new last
/// day of a token that has expired.
#[server(prefix = "/fn", endpoint = "tokens/regenerate", input = Json, output = Json)]
pub async fn regenerate_token(
    id: i64,
    version: i64,
    expires: Option<String>,
    confirm: ConfirmInput,
) -> Result<Answer<Made>, ServerFnError> {
    Ok(ssr::regenerate(id, version, expires.as_deref(), confirm).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{refusal::Answer, second_factor::ConfirmInput};

    use super::super::made::{Made, ssr::made};
    use crate::step_up::{confirmed, no_store};

    pub async fn regenerate(id: i64, version: i64, expires: Option<&str>, confirm: ConfirmInput) -> Answer<Made> {
        no_store();
        let (keyrack, confirmed) = confirmed(confirm).await?;
        let new = keyrack
            .tokens
            .regenerate(&confirmed, id, Some(version), crate::drafts::renewal(expires)?)
            .await
            .map_err(crate::refusal::of)?;
        Ok(made(&keyrack, confirmed.caller(), new).await)
    }
}
