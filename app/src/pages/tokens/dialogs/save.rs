//! The dialog "Save Access Token": the only time that a secret is seen.

use leptos::prelude::*;

use super::super::file_name::file_name;
use super::super::state::Page;
use super::try_it::TryIt;
use crate::components::client_only::client_only;
use crate::components::save_once::{OneTimeSecret, SaveOnce, SecretValues};
use crate::components::toast::{ToastKind, show};
use crate::serverfns::tokens::Made;

/// Shows the secret of a token that was just made, or regenerated, until it is saved.
#[component]
pub(super) fn SaveDialog(page: Page, new: Made) -> impl IntoView {
    let Made { token, secret, curl, opens } = new;
    let (id, description) = (token.id, token.description);
    let more = client_only(view! { <TryIt secret=secret.clone() curl opens /> });
    let one_time_secret = OneTimeSecret {
        title: "Save Access Token",
        intro: format!("Save the token of “{description}” now. It is shown only once and cannot be looked up later."),
        values: SecretValues::One { label: "Access token", value: secret },
        file: file_name(&description),
        loss: format!(
            "The secret of “{description}” cannot be shown again. If you close now, the token stays; to use it, you have to \
             regenerate it."
        ),
    };
    let close = move |saved| {
        page.dialogs.close();
        page.show_made(id);
        if saved {
            show(ToastKind::Success, format!("“{description}” is ready to be used."));
        } else {
            let lost = format!("The secret of “{description}” was not saved. Regenerate the token when you need it.");
            show(ToastKind::Info, lost);
        }
    };
    view! { <SaveOnce one_time_secret more=more on_close=close /> }
}
