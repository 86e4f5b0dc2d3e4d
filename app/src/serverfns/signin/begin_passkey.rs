use keyrack_types::{refusal::Answer, second_factor::PasskeyRequest};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Begins to prove a passkey for the half sign-in.
#[server(prefix = "/fn", endpoint = "signin/begin-passkey", output = Json)]
pub async fn begin_passkey_sign_in() -> Result<Answer<PasskeyRequest>, ServerFnError> {
    Ok(ssr::begin().await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::{Answer, Refusal},
        second_factor::PasskeyRequest,
    };

    use crate::cookie::{self, Jar};

    pub async fn begin() -> Answer<PasskeyRequest> {
        let half = cookie::brought(Jar::Half).ok_or(Refusal::SignedOut)?;
        let begun = crate::request_context::keyrack()?
            .accounts
            .begin_passkey_sign_in(&half)
            .await
            .map_err(crate::refusal::of)?;
        Ok(PasskeyRequest { id: begun.id, options: begun.options })
    }
}
