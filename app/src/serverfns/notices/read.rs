use keyrack_types::refusal::Answer;
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Marks notices as read, up to and including this one. A plain form.
#[server(prefix = "/fn", endpoint = "notices/read", output = Json)]
pub async fn read_notices(up_to: i64) -> Result<Answer<()>, ServerFnError> {
    Ok(ssr::read(up_to).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::refusal::Answer;

    pub async fn read(up_to: i64) -> Answer<()> {
        let answer = try_to(up_to).await;
        crate::forms::answer(&answer, "", "/notices", "/notices");
        answer
    }

    async fn try_to(up_to: i64) -> Answer<()> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        keyrack.notices.read(&caller, up_to).await.map_err(crate::refusal::of)
    }
}
