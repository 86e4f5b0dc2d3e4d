use keyrack_types::{
    refusal::Answer,
    second_factor::{ConfirmInput, SecurityChange},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Sets whether the second factor is asked at every change, or one proof covers five minutes.
#[server(prefix = "/fn", endpoint = "security/ask-always", input = Json, output = Json)]
pub async fn ask_second_factor_always(
    confirm: ConfirmInput,
    always: bool,
) -> Result<Answer<SecurityChange>, ServerFnError> {
    Ok(ssr::change(confirm, always).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::Answer,
        second_factor::{ConfirmInput, SecurityChange},
    };

    use super::super::ssr::changed;
    use crate::step_up::confirmed;

    pub async fn change(confirm: ConfirmInput, always: bool) -> Answer<SecurityChange> {
        let (keyrack, confirmed) = confirmed(confirm).await?;
        keyrack.second_factor.ask_second_factor_always(&confirmed, always).await.map_err(crate::refusal::of)?;
        changed(&keyrack, &confirmed, Vec::new()).await
    }
}
