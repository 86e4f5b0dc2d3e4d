use keyrack_types::{accounts::Role, members::InvitationLink, refusal::Answer, second_factor::ConfirmInput};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Invites a person and returns the link, which is shown only once.
#[server(prefix = "/fn", endpoint = "members/invite", input = Json, output = Json)]
pub async fn invite_member(
    confirm: ConfirmInput,
    email: String,
    role: Role,
) -> Result<Answer<InvitationLink>, ServerFnError> {
    Ok(ssr::invite(confirm, &email, role).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        accounts::Role, members::InvitationLink, refusal::Answer, second_factor::ConfirmInput,
    };

    use crate::{
        paths,
        request_context::origin,
        step_up::{confirmed, no_store},
    };

    pub async fn invite(confirm: ConfirmInput, email: &str, role: Role) -> Answer<InvitationLink> {
        no_store();
        let (keyrack, confirmed) = confirmed(confirm).await?;
        let made = keyrack.members.invite(&confirmed, email, role).await.map_err(crate::refusal::of)?;
        let list = keyrack.members.list(confirmed.caller()).await.map_err(crate::refusal::of)?;
        let link = format!("{}{}", origin(), paths::invite(made.secret.as_str()));
        Ok(InvitationLink { email: made.email, link, mailed: made.mailed, list })
    }
}
