use leptos::prelude::*;

use crate::{
    layout::{Chrome, Section, Viewer},
    request_context,
};

/// The frame of a public page: it shows who is signed in, or offers to sign in.
#[component]
pub fn Public(section: Section, children: Children) -> impl IntoView {
    Suspend::new(async move {
        // A page for everybody is shown even when the visitor cannot be looked up.
        let viewer = match request_context::signed_in() {
            Ok((keyrack, caller)) => Viewer::of(&keyrack, &caller).await.ok(),
            Err(_) => None,
        };
        view! {
            <Chrome section viewer>
                {children()}
            </Chrome>
        }
    })
}
