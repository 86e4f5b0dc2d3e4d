use keyrack_types::refusal::Answer;
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Moves the session to another of the user's accounts. A plain form.
#[server(prefix = "/fn", endpoint = "account/switch", output = Json)]
pub async fn switch_account(account: i64) -> Result<Answer<()>, ServerFnError> {
    Ok(ssr::switch(account).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::refusal::Answer;

    pub async fn switch(account: i64) -> Answer<()> {
        let answer = try_to(account).await;
        // Not the page that the visitor was on: what it shows may not exist in the other account.
        crate::forms::answer(&answer, "", "/", "/");
        answer
    }

    async fn try_to(account: i64) -> Answer<()> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        let client = crate::request_context::client()?;
        let moved = keyrack.members.switch_account(&caller, &client, account).await.map_err(crate::refusal::of)?;
        crate::cookie::set(moved.session.as_str());
        Ok(())
    }
}
