use keyrack_types::{
    refusal::Answer,
    second_factor::{AuthenticatorSetup, ConfirmInput},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Begins to set up an authenticator; nothing is protected until its first code confirms it.
#[server(prefix = "/fn", endpoint = "security/begin-authenticator", input = Json, output = Json)]
pub async fn begin_authenticator(confirm: ConfirmInput) -> Result<Answer<AuthenticatorSetup>, ServerFnError> {
    Ok(ssr::begin(confirm).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::Answer,
        second_factor::{AuthenticatorSetup, ConfirmInput},
    };

    use crate::step_up::{confirmed, no_store};

    pub async fn begin(confirm: ConfirmInput) -> Answer<AuthenticatorSetup> {
        no_store();
        let (keyrack, confirmed) = confirmed(confirm).await?;
        let begun = keyrack.second_factor.begin_totp(&confirmed).await.map_err(crate::refusal::of)?;
        Ok(AuthenticatorSetup { secret: begun.secret, address: begun.address, qr: begun.qr })
    }
}
