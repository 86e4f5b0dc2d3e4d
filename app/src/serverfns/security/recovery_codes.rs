use keyrack_types::{
    refusal::Answer,
    second_factor::{ConfirmInput, SecurityChange},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// New recovery codes in place of all present ones.
#[server(prefix = "/fn", endpoint = "security/recovery-codes", input = Json, output = Json)]
pub async fn new_recovery_codes(confirm: ConfirmInput) -> Result<Answer<SecurityChange>, ServerFnError> {
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
        let codes = keyrack.second_factor.regenerate_recovery_codes(&confirmed).await.map_err(crate::refusal::of)?;
        changed(&keyrack, &confirmed, codes).await
    }
}
