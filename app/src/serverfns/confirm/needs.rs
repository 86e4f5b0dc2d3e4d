use keyrack_types::{refusal::Answer, second_factor::ConfirmNeeds};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// What the next change will have to be confirmed with, besides the password.
#[server(prefix = "/fn", endpoint = "confirm/needs", output = Json)]
pub async fn what_confirms() -> Result<Answer<ConfirmNeeds>, ServerFnError> {
    Ok(ssr::needs().await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{refusal::Answer, second_factor::ConfirmNeeds};

    pub async fn needs() -> Answer<ConfirmNeeds> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        crate::step_up::needs(&keyrack, &caller).await.map_err(crate::refusal::of)
    }
}
