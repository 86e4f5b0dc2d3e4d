use keyrack_types::{members::MemberList, refusal::Answer};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Takes an invitation back. Also a plain form.
#[server(prefix = "/fn", endpoint = "members/withdraw", output = Json)]
pub async fn withdraw_invitation(id: i64) -> Result<Answer<MemberList>, ServerFnError> {
    Ok(ssr::withdraw(id).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{members::MemberList, refusal::Answer};

    const PAGE: &str = "/settings/members";

    pub async fn withdraw(id: i64) -> Answer<MemberList> {
        let answer = try_to(id).await;
        crate::forms::answer(&answer, "The invitation is withdrawn.", PAGE, PAGE);
        answer
    }

    async fn try_to(id: i64) -> Answer<MemberList> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        let client = crate::request_context::client()?;
        keyrack.members.withdraw_invitation(&caller, &client, id).await.map_err(crate::refusal::of)?;
        keyrack.members.list(&caller).await.map_err(crate::refusal::of)
    }
}
