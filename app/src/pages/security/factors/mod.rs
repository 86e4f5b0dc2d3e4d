//! Second factors: authenticator, passkeys, recovery codes.

mod add_passkey;
mod authenticator;
mod passkeys;
mod recovery;
mod set_up;

use leptos::prelude::*;

use self::{
    add_passkey::AddPasskey,
    authenticator::Authenticator,
    passkeys::Passkeys,
    recovery::{AskAlways, Recovery},
    set_up::SetUp,
};
use super::state::{Open, Page, TITLE};
use crate::components::{
    client_only::{ClientOnly, client_only},
    confirm::Covered,
    save_once::{OneTimeSecret, SaveOnce, SecretValues},
};

/// What protects the user besides the password, and the means to change it.
#[component]
pub(super) fn SecondFactors(page: Page) -> impl IntoView {
    view! {
        <section class="panel block factors" aria-labelledby=TITLE>
            <div class="block-head">
                <h2 id=TITLE tabindex="-1">
                    "Second factor"
                </h2>
                {move || state(page.any())}
            </div>
            <p class="muted">
                {move || {
                    if page.any() {
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
                page.any()
                    .then(|| {
                        view! {
                            <Recovery page />
                            <AskAlways page />
                        }
                    })
            }}
        </section>
        {move || dialog(page)}
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

fn dialog(page: Page) -> Option<ClientOnly> {
    match page.open.get() {
        None => None,
        Some(Open::SetUp { setup, password }) => Some(client_only(view! { <SetUp page setup password /> })),
        Some(Open::AddPasskey) => Some(client_only(view! { <AddPasskey page /> })),
        Some(Open::Codes(codes)) => {
            let one_time_secret = OneTimeSecret {
                title: "Save Recovery Codes",
                intro: "Each of these codes signs you in once without your authenticator or passkey. Keep them where you \
                        find them without this device. They are shown this once; former ones are worth nothing any more."
                    .into(),
                values: SecretValues::Many(codes),
                file: "keyrack-recovery-codes.txt".into(),
                loss: "The codes cannot be shown again. Without them, and without your device, you cannot sign in.",
            };
            Some(client_only(view! { <SaveOnce one_time_secret on_close=move |_| page.close() /> }))
        }
    }
}
