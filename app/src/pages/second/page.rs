use keyrack_domain::{accounts::SessionKind, second_factor::Having, types::refusal::Refusal};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::passkey::{ANSWER, CEREMONY, FORM, UsePasskey};
use crate::{
    components::flash_alert::FlashAlert,
    cookie::{self, Jar},
    layout::{Door, redirect},
    pages::error::ErrorPage,
    paths, request_context,
};

/// `/signin/second`: the second factor, after the password was right.
#[component]
pub fn SecondPage() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let next = paths::safe_next(&query.get("next").unwrap_or_default()).to_owned();
    let recovery = query.get("recovery").is_some();
    Suspend::new(async move {
        match having().await {
            Ok(having) => view! { <Step having next recovery /> }.into_any(),
            Err(Refusal::SignedOut) => {
                // Too old, used up, or never begun.
                cookie::take(Jar::Half);
                redirect(&paths::signin(&next, cookie::brought(Jar::Half).is_some()));
                ().into_any()
            }
            Err(refusal) => view! { <ErrorPage message=refusal.message() /> }.into_any(),
        }
    })
}

async fn having() -> Result<Having, Refusal> {
    let half = cookie::brought(Jar::Half).ok_or(Refusal::SignedOut)?;
    request_context::keyrack()?.accounts.half_signed_in(&half, SessionKind::Browser).await.map_err(crate::refusal::of)
}

#[component]
fn Step(having: Having, next: String, recovery: bool) -> impl IntoView {
    // Recovery codes have letters, which a numeric keypad has not.
    let digits = having.totp && !recovery;
    let hint =
        if digits { "Six digits of your authenticator." } else { "One of your recovery codes; each works once." };
    let mut other = paths::second(&next);
    if digits {
        other.push_str(if next == "/" { "?recovery=1" } else { "&recovery=1" });
    }
    view! {
        <Title text="Sign in: second step" />
        <Door title="Second step">
            <FlashAlert />
            <form class="stack" id=FORM method="post" action="/fn/signin/second">
                <div class="field">
                    <label for="code">"Code"</label>
                    <input
                        class="input figures"
                        id="code"
                        name="code"
                        type="text"
                        autocomplete="one-time-code"
                        inputmode=digits.then_some("numeric")
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="64"
                        required
                        autofocus
                        aria-describedby="code-hint"
                    />
                    <p class="hint" id="code-hint">
                        {hint}
                        {having
                            .totp
                            .then(|| {
                                let text = if digits { "Use a recovery code" } else { "Use the authenticator" };
                                view! {
                                    " "
                                    <a href=other>{text}</a>
                                }
                            })}
                    </p>
                </div>
                <input type="hidden" id=CEREMONY name="ceremony" value="" />
                <input type="hidden" id=ANSWER name="answer" value="" />
                <input type="hidden" name="next" value=next />
                <button type="submit" class="button primary">
                    "Sign in"
                </button>
                {having.passkeys.then(|| view! { <UsePasskey /> })}
            </form>
        </Door>
    }
}
