//! Where an invitation's link leads. Plain HTML, so that it works everywhere; the field for the password wakes up.

mod ways;

use keyrack_domain::types::{members::InvitationOffer, refusal::Refusal};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::ways::{AsNewUser, AsThemselves, AsWrongUser, ToSignIn};
use crate::{components::flash_alert::FlashAlert, layout::Door, pages::error::ErrorPage, request_context};

/// `/invite?token=…`
#[component]
pub fn InvitePage() -> impl IntoView {
    let token = use_query_map().read_untracked().get("token").unwrap_or_default();
    Suspend::new(async move {
        let offer = match request_context::keyrack() {
            Ok(keyrack) => keyrack.members.invitation(&token).await.map_err(crate::refusal::of),
            Err(refusal) => Err(refusal),
        };
        match offer {
            Ok(offer) => view! { <Offer offer token /> }.into_any(),
            Err(Refusal::Gone { message }) => view! { <Gone message /> }.into_any(),
            Err(refusal) => view! { <ErrorPage message=refusal.message() /> }.into_any(),
        }
    })
}

#[component]
fn Offer(offer: InvitationOffer, token: String) -> impl IntoView {
    let signed_in = request_context::signed_in().ok().map(|(_, caller)| caller.email.clone());
    view! {
        <Title text="Invitation" />
        <Door title="Invitation">
            <FlashAlert />
            <p>
                "You are invited to the account " <b>{offer.account.clone()}</b> " as " <b>{offer.role.name()}</b>
                ". The invitation is for " <b>{offer.email.clone()}</b> "."
            </p>
            {match signed_in {
                Some(email) if email == offer.email => view! { <AsThemselves token /> }.into_any(),
                Some(email) => view! { <AsWrongUser email invited=offer.email token /> }.into_any(),
                None if offer.known_user => view! { <ToSignIn token /> }.into_any(),
                None => view! { <AsNewUser email=offer.email token /> }.into_any(),
            }}
        </Door>
    }
}

#[component]
fn Gone(message: String) -> impl IntoView {
    view! {
        <Title text="Invitation" />
        <Door title="This invitation does not hold">
            <p>{message}</p>
            <p>
                <a class="button" href="/">
                    "Go to Environments"
                </a>
            </p>
        </Door>
    }
}
