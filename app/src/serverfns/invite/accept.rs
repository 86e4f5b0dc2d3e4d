use keyrack_types::refusal::Answer;
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Accepts an invitation: as the signed-in user, or as a new one with this name and password. A plain form.
#[server(prefix = "/fn", endpoint = "invite/accept", output = Json)]
pub async fn accept_invitation(
    token: String,
    #[server(default)] name: String,
    #[server(default)] new_password: String,
) -> Result<Answer<()>, ServerFnError> {
    Ok(ssr::accept(&token, &name, &new_password).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::refusal::Answer;

    use crate::{cookie, forms, paths, request_context};

    pub async fn accept(token: &str, name: &str, new_password: &str) -> Answer<()> {
        let answer = join(token, name, new_password).await;
        let welcome = answer.as_deref().map(|account| format!("Welcome to {account}.")).unwrap_or_default();
        let answer = answer.map(|_| ());
        forms::answer(&answer, &welcome, "/", &paths::invite(token));
        answer
    }

    /// Returns the account's name.
    async fn join(token: &str, name: &str, new_password: &str) -> Answer<String> {
        let (keyrack, client) = (request_context::keyrack()?, request_context::client()?);
        let signed_in = match request_context::signed_in() {
            Ok((_, caller)) => keyrack.members.accept_as_user(&caller, &client, token).await,
            Err(_) => keyrack.members.accept_as_new_user(token, name, new_password, &client).await,
        };
        let signed_in = signed_in.map_err(crate::refusal::of)?;
        cookie::set(signed_in.session.as_str());
        Ok(signed_in.profile.account)
    }
}
