use keyrack_domain::types::{accounts::Profile, members::MemberList, refusal::Refusal};
use leptos::prelude::*;

use super::island::MembersIsland;
use crate::{components::needs_scripts::NeedsScripts, pages::error::Message, request_context};

const NOTE: &str =
    "Without JavaScript, members are listed and invitations withdrawn; inviting, changing roles and removing need it.";

/// `/settings/members`
#[component]
pub fn MembersPage() -> impl IntoView {
    let viewer = expect_context::<Profile>().email;
    view! {
        <div class="page-head">
            <h1>"Members"</h1>
            <p class="muted">
                "Viewers see shared tokens and environments, managers change them, owners do everything in the account."
            </p>
        </div>
        {Suspend::new(async move {
            match load().await {
                Ok(list) => {
                    view! {
                        {list.may_manage.then(|| view! { <NeedsScripts text=NOTE /> })}
                        <MembersIsland list viewer />
                    }
                        .into_any()
                }
                Err(refusal) => view! { <Message text=refusal.message() /> }.into_any(),
            }
        })}
    }
}

async fn load() -> Result<MemberList, Refusal> {
    let (keyrack, caller) = request_context::signed_in()?;
    keyrack.members.list(&caller).await.map_err(crate::refusal::of)
}
