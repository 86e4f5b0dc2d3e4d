use keyrack_types::{
    refusal::Answer,
    second_factor::{ConfirmInput, SecurityChange},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Switches the authenticator off.
#[server(prefix = "/fn", endpoint = "security/disable-authenticator", input = Json, output = Json)]
pub async fn disable_authenticator(confirm: ConfirmInput) -> Result<Answer<SecurityChange>, ServerFnError> {
    Ok(ssr::change(confirm).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::Answer,
        second_factor::{ConfirmInput, SecurityChange},
    };

    use super::super::ssr::changed;
    use crate::step_up::confirmed;

    pub async fn change(confirm: ConfirmInput) -> Answer<SecurityChange> {
        let (keyrack, confirmed) = confirmed(confirm).await?;
        keyrack.second_factor.disable_totp(&confirmed).await.map_err(crate::refusal::of)?;
        changed(&keyrack, &confirmed, Vec::new()).await
    }
}
