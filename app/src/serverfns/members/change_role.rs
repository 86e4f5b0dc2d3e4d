use keyrack_types::{accounts::Role, members::MemberList, refusal::Answer, second_factor::ConfirmInput};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Gives a member another role.
#[server(prefix = "/fn", endpoint = "members/change-role", input = Json, output = Json)]
pub async fn change_role(confirm: ConfirmInput, user: i64, role: Role) -> Result<Answer<MemberList>, ServerFnError> {
    Ok(ssr::change(confirm, user, role).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{accounts::Role, members::MemberList, refusal::Answer, second_factor::ConfirmInput};

    use crate::step_up::confirmed;

    pub async fn change(confirm: ConfirmInput, user: i64, role: Role) -> Answer<MemberList> {
        let (keyrack, confirmed) = confirmed(confirm).await?;
        keyrack.members.change_role(&confirmed, user, role).await.map_err(crate::refusal::of)?;
        keyrack.members.list(confirmed.caller()).await.map_err(crate::refusal::of)
    }
}
