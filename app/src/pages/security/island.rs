//! The island: password and second factors, which share what a change has to be confirmed with.

use keyrack_types::second_factor::Security;
use leptos::prelude::*;

use super::{
    factors::{AddPasskey, SecondFactors, SetUp},
    password::PasswordForm,
    state::{Dialog, Page},
};
use crate::components::{
    client_only::{ClientOnly, client_only},
    save_once::{OneTimeSecret, SaveOnce, SecretValues},
};

/// Everything of the page that needs the password. `viewer`: e-mail address of who is signed in.
#[island]
pub fn SecurityIsland(security: Security, viewer: String) -> impl IntoView {
    let page = Page::new(security, viewer.clone());
    view! {
        <PasswordForm needs=page.needs viewer />
        <SecondFactors page />
        {page.dialogs.outlet(move |dialog| draw(page, dialog))}
    }
}

fn draw(page: Page, dialog: Dialog) -> ClientOnly {
    match dialog {
        Dialog::SetUp { setup, password } => client_only(view! { <SetUp page setup password /> }),
        Dialog::AddPasskey => client_only(view! { <AddPasskey page /> }),
        Dialog::Codes(codes) => {
            let one_time_secret = recovery_codes(codes);
            client_only(view! { <SaveOnce one_time_secret on_close=move |_| page.dialogs.close() /> })
        }
    }
}

fn recovery_codes(codes: Vec<String>) -> OneTimeSecret {
    OneTimeSecret {
        title: "Save Recovery Codes",
        intro: "Each of these codes signs you in once without your authenticator or passkey. Keep them where you can find \
                them without this device. They are shown only once; earlier codes no longer work."
            .into(),
        values: SecretValues::Many(codes),
        file: "keyrack-recovery-codes.txt".into(),
        loss: "These codes cannot be shown again. If you close now and lose your device, you cannot sign in. You can make \
               new codes later on this page."
            .into(),
    }
}
