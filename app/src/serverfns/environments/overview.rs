use keyrack_types::{environments::Overview, refusal::Answer};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Everything the Environments page shows.
#[server(prefix = "/fn", endpoint = "environments/overview", output = Json)]
pub async fn read_overview() -> Result<Answer<Overview>, ServerFnError> {
    Ok(ssr::overview().await)
}

#[cfg(feature = "ssr")]
pub(super) mod ssr {
    use keyrack_domain::types::{environments::Overview, refusal::Answer};

    pub async fn overview() -> Answer<Overview> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        keyrack.environments.overview(&caller).await.map_err(crate::refusal::of)
    }
}
