//! Proving the second factor: a code, or a passkey.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::attempt::{Attempt, ErrorPlace};
use crate::components::{
    icon::{Glyph, Icon},
    passkey,
};
use crate::serverfns::confirm::begin_passkey_confirmation;

/// Textbox "Code" and button "Use passkey" when the second factor has to be proved; a line that says so when a former
/// proof covers the change; nothing without a second factor. `id` is the textbox's.
#[component]
pub fn FactorFields(
    id: &'static str,
    attempt: Attempt,
    /// Whether a passkey can be asked for now: what else is needed is filled in.
    #[prop(into)]
    ready: Callback<(), bool>,
    /// A passkey's answer.
    #[prop(into)]
    on_passkey: Callback<(i64, String)>,
) -> impl IntoView {
    let needs = attempt.needs;
    move || {
        let needs = needs.get();
        let covered = !needs.proof() && (needs.totp || needs.passkey);
        (
            needs
                .proof()
                .then(|| view! { <Fields id attempt totp=needs.totp passkey=needs.passkey ready on_passkey /> }),
            covered.then(|| view! { <Covered seconds=needs.covered /> }),
        )
    }
}

#[component]
fn Fields(
    id: &'static str,
    attempt: Attempt,
    totp: bool,
    passkey: bool,
    ready: Callback<(), bool>,
    on_passkey: Callback<(i64, String)>,
) -> impl IntoView {
    let note = format!("{id}-note");
    let hint = if totp { "Six digits of your authenticator, or a recovery code." } else { "A recovery code." };
    let error = move || attempt.error_at(ErrorPlace::Code);
    view! {
        <div class="field">
            <label for=id>"Code"</label>
            <div class="code-row">
                <input
                    id=id
                    class="input figures"
                    name="code"
                    type="text"
                    autocomplete="one-time-code"
                    inputmode=totp.then_some("numeric")
                    autocapitalize="none"
                    spellcheck="false"
                    maxlength="64"
                    aria-describedby=note.clone()
                    aria-invalid=move || error().is_some().then_some("true")
                />
                {passkey.then(|| view! { <UsePasskey attempt ready on_passkey /> })}
            </div>
            <p id=note class=move || if error().is_some() { "error" } else { "hint" } aria-live="polite">
                {move || error().unwrap_or_else(|| hint.into())}
            </p>
        </div>
    }
}

#[component]
fn UsePasskey(attempt: Attempt, ready: Callback<(), bool>, on_passkey: Callback<(i64, String)>) -> impl IntoView {
    let prove = move |_| {
        if attempt.is_held() || !ready.run(()) {
            return;
        }
        attempt.begin();
        spawn_local(async move {
            let proved = passkey::prove(begin_passkey_confirmation().await).await;
            attempt.busy.set(false);
            match proved {
                Ok(answer) => on_passkey.run(answer),
                Err(failure) => attempt.error.set(Some((ErrorPlace::Code, failure))),
            }
        });
    };
    view! {
        <button type="button" class="button by-script" aria-disabled=move || attempt.holds().then_some("true") on:click=prove>
            <Icon glyph=Glyph::Fingerprint />
            "Use passkey"
        </button>
    }
}

/// Says for how long a proof still covers changes.
#[component]
pub fn Covered(seconds: u32) -> impl IntoView {
    view! {
        <p class="covered muted small">
            <Icon glyph=Glyph::ShieldCheck />
            {format!("Second factor confirmed; covers changes for another {} min.", seconds.div_ceil(60))}
        </p>
    }
}
