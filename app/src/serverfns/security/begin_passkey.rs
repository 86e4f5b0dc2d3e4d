use keyrack_types::{
    refusal::Answer,
    second_factor::{ConfirmInput, PasskeyRequest},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Begins to register a passkey.
#[server(prefix = "/fn", endpoint = "security/begin-passkey", input = Json, output = Json)]
pub async fn begin_passkey(confirm: ConfirmInput) -> Result<Answer<PasskeyRequest>, ServerFnError> {
    Ok(ssr::begin(confirm).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::Answer,
        second_factor::{ConfirmInput, PasskeyRequest},
    };

    use crate::step_up::confirmed;

    pub async fn begin(confirm: ConfirmInput) -> Answer<PasskeyRequest> {
        let (keyrack, confirmed) = confirmed(confirm).await?;
        let begun = keyrack.second_factor.begin_passkey(&confirmed).await.map_err(crate::refusal::of)?;
        Ok(PasskeyRequest { id: begun.id, options: begun.options })
    }
}
