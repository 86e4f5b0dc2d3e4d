//! Second factors: authenticator, passkeys, recovery codes.

mod add_passkey;
mod authenticator;
mod page;
mod passkeys;
mod recovery;
mod set_up;

use keyrack_domain::types::second_factor::Security;
use leptos::prelude::*;

use self::{
    add_passkey::AddPasskey,
    authenticator::Authenticator,
    page::{Open, Page, TITLE},
    passkeys::Passkeys,
    recovery::{AskAlways, Recovery},
    set_up::SetUp,
};
use crate::components::{
    confirm::{ConfirmPlace, Confirming, Covered},
    save_once::{Keepsake, SaveOnce},
};

/// What protects the user besides the password, and the means to change it.
#[island]
pub fn SecondFactors(initial: Security, viewer: String) -> impl IntoView {
    let page = Page {
        security: RwSignal::new(initial),
        confirming: Confirming::new(viewer),
        open: RwSignal::new(None),
    };
    view! {
        <section class="panel block" aria-labelledby=TITLE>
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
        <ConfirmPlace confirming=page.confirming />
    }
}

fn state(on: bool) -> impl IntoView {
    if on {
        view! { <span class="badge success">"On"</span> }
    } else {
        view! { <span class="badge">"Off"</span> }
    }
}

fn covered(page: Page) -> Option<impl IntoView> {
    let seconds = page.security.read().needs.covered;
    (seconds > 0).then(|| view! { <Covered seconds /> })
}

fn dialog(page: Page) -> AnyView {
    match page.open.get() {
        None => ().into_any(),
        Some(Open::SetUp { setup, password }) => view! { <SetUp page setup password /> }.into_any(),
        Some(Open::AddPasskey) => view! { <AddPasskey page /> }.into_any(),
        Some(Open::Codes(codes)) => {
            let keepsake = Keepsake {
                title: "Save Recovery Codes",
                intro: "Each of these codes signs you in once without your authenticator or passkey. Keep them where you \
                        find them without this device. They are shown this once; former ones are worth nothing any more."
                    .into(),
                values: codes.into_iter().map(|code| (String::new(), code)).collect(),
                file: "keyrack-recovery-codes.txt",
                loss: "The codes cannot be shown again. Without them, and without your device, you cannot sign in.",
            };
            view! { <SaveOnce keepsake on_close=move |()| page.close() /> }.into_any()
        }
    }
}
