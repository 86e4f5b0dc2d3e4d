//! The island: password and second factors, which have to know of each other.

use keyrack_types::second_factor::Security;
use leptos::prelude::*;

use super::{factors::SecondFactors, password::PasswordForm, state::Page};
use crate::components::confirm::{ConfirmPlace, Confirming};

/// Everything of the page that needs the password. `viewer`: e-mail address of who is signed in.
#[island]
pub fn SecurityIsland(initial: Security, viewer: String) -> impl IntoView {
    let page = Page {
        needs: RwSignal::new(initial.needs),
        security: RwSignal::new(initial),
        confirming: Confirming::new(viewer.clone()),
        open: RwSignal::new(None),
    };
    view! {
        <PasswordForm needs=page.needs viewer />
        <SecondFactors page />
        <ConfirmPlace confirming=page.confirming />
    }
}
