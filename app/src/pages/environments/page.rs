use keyrack_domain::types::accounts::Profile;
use leptos::prelude::*;

use super::island::EnvironmentsIsland;
use crate::{pages::error::Message, request_context};

/// `/`: what runs, and the means to start and stop it.
#[component]
pub fn EnvironmentsPage() -> impl IntoView {
    let account = expect_context::<Profile>().account;
    view! {
        <div class="page-head">
            <h1>"Environments"</h1>
            <p class="muted">{account}</p>
        </div>
        {Suspend::new(async move {
            let overview = match request_context::signed_in() {
                Ok((keyrack, caller)) => keyrack.environments.overview(&caller).await.map_err(crate::refusal::of),
                Err(refusal) => Err(refusal),
            };
            match overview {
                Ok(overview) => view! { <EnvironmentsIsland overview origin=request_context::origin() /> }.into_any(),
                Err(refusal) => view! { <Message text=refusal.message() /> }.into_any(),
            }
        })}
    }
}
