use keyrack_types::{
    refusal::Answer,
    second_factor::{ConfirmInput, SecurityChange},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Removes a passkey.
#[server(prefix = "/fn", endpoint = "security/remove-passkey", input = Json, output = Json)]
pub async fn remove_passkey(confirm: ConfirmInput, id: i64) -> Result<Answer<SecurityChange>, ServerFnError> {
    Ok(ssr::change(confirm, id).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::Answer,
        second_factor::{ConfirmInput, SecurityChange},
    };

    use super::super::ssr::changed;
    use crate::step_up::confirmed;

    pub async fn change(confirm: ConfirmInput, id: i64) -> Answer<SecurityChange> {
        let (keyrack, confirmed) = confirmed(confirm).await?;
        keyrack.second_factor.remove_passkey(&confirmed, id).await.map_err(crate::refusal::of)?;
        changed(&keyrack, &confirmed, Vec::new()).await
    }
}
