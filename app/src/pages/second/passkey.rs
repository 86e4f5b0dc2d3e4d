use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::{
    components::{
        browser,
        busy::Busy,
        icon::{Glyph, Icon},
        passkey,
    },
    serverfns::signin::begin_passkey_sign_in,
};

/// The form around, and its fields for a passkey's answer.
pub(super) const FORM: &str = "second-step";
pub(super) const CEREMONY: &str = "second-ceremony";
pub(super) const ANSWER: &str = "second-answer";

/// Asks for the passkey and sends the form around it with the answer.
#[island]
pub fn UsePasskey() -> impl IntoView {
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(String::new());
    let ask = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        trouble.set(String::new());
        spawn_local(async move {
            match passkey::prove(begin_passkey_sign_in().await).await {
                // Stays busy: the browser is on its way.
                Ok((ceremony, answer)) => {
                    browser::set_value(CEREMONY, &ceremony.to_string());
                    browser::set_value(ANSWER, &answer);
                    browser::send_form(FORM);
                }
                Err(why) => {
                    busy.set(false);
                    trouble.set(why);
                }
            }
        });
    };
    view! {
        <button
            type="button"
            class="button by-script"
            aria-describedby="passkey-trouble"
            aria-disabled=move || busy.get().then_some("true")
            on:click=ask
        >
            <Busy when=busy />
            <Icon glyph=Glyph::Fingerprint />
            "Use passkey"
        </button>
        <p id="passkey-trouble" class="error small" role="alert">
            {trouble}
        </p>
    }
}
