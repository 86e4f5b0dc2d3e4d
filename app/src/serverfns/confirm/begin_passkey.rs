use keyrack_types::{refusal::Answer, second_factor::PasskeyRequest};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Begins to prove a passkey before a change.
#[server(prefix = "/fn", endpoint = "confirm/begin-passkey", output = Json)]
pub async fn begin_passkey_confirmation() -> Result<Answer<PasskeyRequest>, ServerFnError> {
    Ok(ssr::begin().await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{refusal::Answer, second_factor::PasskeyRequest};

    pub async fn begin() -> Answer<PasskeyRequest> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        let begun = keyrack.accounts.begin_passkey_confirmation(&caller).await.map_err(crate::refusal::of)?;
        Ok(PasskeyRequest { id: begun.id, options: begun.options })
    }
}
