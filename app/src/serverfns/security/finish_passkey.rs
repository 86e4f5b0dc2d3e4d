use keyrack_types::{
    refusal::Answer,
    second_factor::{ConfirmInput, SecurityChange},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Registers the passkey that the browser made.
#[server(prefix = "/fn", endpoint = "security/finish-passkey", input = Json, output = Json)]
pub async fn finish_passkey(
    confirm: ConfirmInput,
    ceremony: i64,
    answer: String,
    name: String,
) -> Result<Answer<SecurityChange>, ServerFnError> {
    Ok(ssr::change(confirm, ceremony, &answer, &name).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::Answer,
        second_factor::{ConfirmInput, SecurityChange},
    };

    use super::super::ssr::changed;
    use crate::step_up::confirmed;

    pub async fn change(confirm: ConfirmInput, ceremony: i64, answer: &str, name: &str) -> Answer<SecurityChange> {
        let (keyrack, confirmed) = confirmed(confirm).await?;
        let codes = keyrack
            .second_factor
            .finish_passkey(&confirmed, ceremony, answer, name)
            .await
            .map_err(crate::refusal::of)?;
        changed(&keyrack, &confirmed, codes).await
    }
}
