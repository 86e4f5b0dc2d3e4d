use keyrack_types::{
    dates::readable_day,
    second_factor::{PasskeyPlace, PasskeyView},
};
use leptos::prelude::*;

use super::super::state::{Dialog, Page};
use crate::components::{
    confirm::{ConfirmationRequest, PendingAction},
    icon::{Glyph, Icon},
};
use crate::serverfns::security::remove_passkey;

/// The passkeys, and the way to another one.
#[component]
pub(super) fn Passkeys(page: Page) -> impl IntoView {
    let place = page.security.with_untracked(|security| security.passkeys.clone());
    let possible = place == PasskeyPlace::Here;
    let hint = match place {
        PasskeyPlace::Here => "Your device's own lock, or a security key.".to_owned(),
        PasskeyPlace::At(address) => format!("They work at {address} only: open this page there to add one."),
        PasskeyPlace::Nowhere => {
            "Not possible here: they need a public address of this server with https and a host name.".to_owned()
        }
    };
    view! {
        <div class="factor">
            <Icon glyph=Glyph::Fingerprint />
            <div>
                <h3>"Passkeys"</h3>
                <p class="muted small">{hint}</p>
            </div>
            {possible
                .then(|| {
                    view! {
                        <button type="button" class="button by-script" on:click=move |_| page.dialogs.open(Dialog::AddPasskey)>
                            "Add passkey"
                        </button>
                    }
                })}
            <ul role="list" class="passkeys" aria-label="Passkeys">
                <For
                    each=move || page.security.get().factors.passkeys
                    key=|passkey| passkey.id
                    children=move |passkey| item(page, passkey)
                />
            </ul>
        </div>
    }
}

fn item(page: Page, passkey: PasskeyView) -> impl IntoView {
    let used = match passkey.last_used {
        Some(moment) => format!("last used {}", readable_day(moment.date_naive())),
        None => "not used yet".to_owned(),
    };
    let label = format!("Remove passkey {}", passkey.name);
    let (id, name) = (passkey.id, passkey.name.clone());
    view! {
        <li>
            <span class="passkey-name">{passkey.name}</span>
            <span class="muted small figures">
                {format!("added {} · {used}", readable_day(passkey.created.date_naive()))}
            </span>
            <button type="button" class="button quiet by-script" aria-label=label on:click=move |_| remove(page, id, &name)>
                "Remove"
            </button>
        </li>
    }
}

fn remove(page: Page, id: i64, name: &str) {
    let pending_action = PendingAction::new(move |input| async move {
        let change = remove_passkey(input, id).await?;
        Ok(change.map(|change| page.changed(change, "The passkey is removed.")))
    });
    let last = page.security.with_untracked(|security| security.factors.passkeys.len() == 1 && !security.factors.totp);
    let mut lines = vec![format!("The passkey “{name}” is removed; it no longer signs you in.")];
    if last {
        lines.push("No second factor is left: the password alone signs in. The recovery codes are removed too.".into());
    }
    page.dialogs.confirm(ConfirmationRequest::new(lines, pending_action).danger("Remove"));
}
