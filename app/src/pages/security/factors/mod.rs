//! Second factors: authenticator, passkeys, recovery codes.

mod add_passkey;
mod authenticator;
mod passkeys;
mod recovery;
mod set_up;

use leptos::prelude::*;

pub(super) use self::{add_passkey::AddPasskey, set_up::SetUp};
use self::{
    authenticator::Authenticator,
    passkeys::Passkeys,
    recovery::{AskAlways, Recovery},
};
use super::state::{Page, TITLE};
use crate::components::confirm::Covered;

/// What protects the user besides the password, and the means to change it.
#[component]
pub(super) fn SecondFactors(page: Page) -> impl IntoView {
    view! {
        <section class="panel block factors" aria-labelledby=TITLE>
            <div class="block-head">
                <h2 id=TITLE tabindex="-1">
                    "Second factor"
                </h2>
                {move || state(page.has_factor())}
            </div>
            <p class="muted">
                {move || {
                    if page.has_factor() {
                        "Asked for at sign-in and before changes to tokens, members and this page. Tokens go on working."
                    } else {
                        "Something you have besides the password: codes of an authenticator app, or a passkey. It is asked \
                         for at sign-in and before changes. Tokens go on working."
                    }
                }}
            </p>
            {move || covered(page)}
            <Authenticator page />
            <Passkeys page />
            {move || {
                page.has_factor()
                    .then(|| {
                        view! {
                            <Recovery page />
                            <AskAlways page />
                        }
                    })
            }}
        </section>
    }
}

fn state(on: bool) -> impl IntoView {
    let class = if on { "badge success" } else { "badge" };
    view! { <span class=class>{if on { "On" } else { "Off" }}</span> }
}

fn covered(page: Page) -> Option<impl IntoView> {
    let seconds = page.needs.read().covered;
    (seconds > 0).then(|| view! { <Covered seconds /> })
}
