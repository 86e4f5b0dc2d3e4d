use keyrack_types::{
    refusal::Answer,
    second_factor::{ConfirmInput, SecurityChange},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Switches the authenticator on by its first code.
#[server(prefix = "/fn", endpoint = "security/enable-authenticator", input = Json, output = Json)]
pub async fn enable_authenticator(
    confirm: ConfirmInput,
    code: String,
) -> Result<Answer<SecurityChange>, ServerFnError> {
    Ok(ssr::change(confirm, &code).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::Answer,
        second_factor::{ConfirmInput, SecurityChange},
    };

    use super::super::ssr::changed;
    use crate::step_up::confirmed;

    pub async fn change(confirm: ConfirmInput, code: &str) -> Answer<SecurityChange> {
        let (keyrack, confirmed) = confirmed(confirm).await?;
        let codes = keyrack.second_factor.enable_totp(&confirmed, code).await.map_err(crate::refusal::of)?;
        changed(&keyrack, &confirmed, codes).await
    }
}
