use keyrack_types::{
    members::{MemberRemoved, TokenDisposition},
    refusal::Answer,
    second_factor::ConfirmInput,
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Removes a member, with what becomes of each of the member's tokens.
#[server(prefix = "/fn", endpoint = "members/remove", input = Json, output = Json)]
pub async fn remove_member(
    confirm: ConfirmInput,
    user: i64,
    dispositions: Vec<(i64, TokenDisposition)>,
) -> Result<Answer<MemberRemoved>, ServerFnError> {
    Ok(ssr::remove(confirm, user, dispositions).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        members::{MemberRemoved, TokenDisposition},
        refusal::Answer,
        second_factor::ConfirmInput,
    };

    use crate::step_up::{confirmed, no_store};

    pub async fn remove(
        confirm: ConfirmInput,
        user: i64,
        dispositions: Vec<(i64, TokenDisposition)>,
    ) -> Answer<MemberRemoved> {
        no_store();
        let (keyrack, confirmed) = confirmed(confirm).await?;
        let dispositions = dispositions.into_iter().collect();
        let secrets = keyrack.members.remove(&confirmed, user, &dispositions).await.map_err(crate::refusal::of)?;
        let list = keyrack.members.list(confirmed.caller()).await.map_err(crate::refusal::of)?;
        Ok(MemberRemoved { secrets, list })
    }
}
