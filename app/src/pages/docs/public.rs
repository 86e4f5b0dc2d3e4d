use keyrack_domain::{Error, types::refusal::Refusal};
use leptos::prelude::*;

use crate::{
    layout::{Chrome, Section},
    visit,
};

/// The frame of a page for everybody: who is signed in sees so, who is not can sign in.
#[component]
pub fn Public(section: Section, children: Children) -> impl IntoView {
    Suspend::new(async move {
        // A page for everybody is shown even when the visitor cannot be looked up.
        let profile = match visit::signed_in() {
            Ok((keyrack, caller)) => keyrack.profile(&caller).await.map_err(Error::into_refusal),
            Err(_) => Err(Refusal::SignedOut),
        };
        view! {
            <Chrome section profile=profile.ok()>
                {children()}
            </Chrome>
        }
    })
}
