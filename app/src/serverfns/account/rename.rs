use keyrack_types::{accounts::Profile, refusal::Answer};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Changes the signed-in user's name.
#[server(prefix = "/fn", endpoint = "account/rename", output = Json)]
pub async fn rename_user(name: String) -> Result<Answer<Profile>, ServerFnError> {
    Ok(ssr::rename(&name).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{accounts::Profile, refusal::Answer};

    pub async fn rename(name: &str) -> Answer<Profile> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        keyrack
            .accounts
            .rename_user(&caller, &crate::request_context::client()?, name)
            .await
            .map_err(crate::refusal::of)
    }
}
