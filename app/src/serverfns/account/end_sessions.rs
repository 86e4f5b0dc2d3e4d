use keyrack_types::{accounts::SessionView, refusal::Answer};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Ends sessions of the signed-in user and returns those that remain. An empty list ends all but the current one.
/// Also a plain form.
#[server(prefix = "/fn", endpoint = "account/end-sessions", output = Json)]
pub async fn end_sessions(#[server(default)] ids: Vec<i64>) -> Result<Answer<Vec<SessionView>>, ServerFnError> {
    Ok(ssr::end(ids).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::{
        Error,
        types::{accounts::SessionView, refusal::Answer},
    };

    const PAGE: &str = "/settings/security";

    pub async fn end(ids: Vec<i64>) -> Answer<Vec<SessionView>> {
        let done = if ids.len() == 1 { "The session is ended." } else { "All other sessions are ended." };
        let answer = try_to(ids).await;
        crate::forms::answer(&answer, done, PAGE, PAGE);
        answer
    }

    async fn try_to(mut ids: Vec<i64>) -> Answer<Vec<SessionView>> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        if ids.is_empty() {
            let sessions = keyrack.accounts.sessions(&caller).await.map_err(crate::refusal::of)?;
            ids = sessions.into_iter().filter(|session| !session.current).map(|session| session.id).collect();
        }
        let client = crate::request_context::client()?;
        for id in ids {
            match keyrack.accounts.end_sessions(&caller, &client, &[id]).await {
                // It ended by itself meanwhile, which is what was asked for.
                Ok(()) | Err(Error::NotFound(_)) => {}
                Err(error) => return Err(crate::refusal::of(error)),
            }
        }
        keyrack.accounts.sessions(&caller).await.map_err(crate::refusal::of)
    }
}
