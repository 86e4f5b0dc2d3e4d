//! The dialog "Remove Access Tokens".

use keyrack_types::refusal::Refusal;
use keyrack_types::tokens::TokenView;
use leptos::prelude::*;

use super::requests;
use super::state::Page;
use crate::components::client_only::{ClientOnly, client_only};
use crate::components::toast::{ToastKind, show};
use crate::format::count;

/// Lists what is selected, then asks for the password.
pub(super) fn remove_selected(page: Page) {
    let tokens = page.selected();
    if tokens.is_empty() || !page.list.read_untracked().may_manage {
        return;
    }
    let number = tokens.len();
    let removed = move || {
        page.close_after_removal();
        show(ToastKind::Success, format!("{} removed.", count(number, "token", "tokens")));
    };
    let refused = move |refusal: Refusal| {
        show(ToastKind::Error, refusal.message());
        if matches!(refusal, Refusal::Gone { .. }) {
            page.close_after_removal();
        }
    };
    let request = requests::remove(tokens.iter().map(|token| token.id).collect(), removed)
        .with_summary("Remove Access Tokens", move || summary(&tokens))
        .on_refused(refused)
        .on_signed_out(move || page.sign_in_again(None));
    page.dialogs.confirm(request);
}

fn summary(tokens: &[TokenView]) -> ClientOnly {
    let warning = if tokens.len() == 1 {
        "This token is refused from its next call on. That cannot be undone."
    } else {
        "These tokens are refused from their next call on. That cannot be undone."
    };
    client_only(view! {
        <p>{warning}</p>
        <ul class="removed" role="list" tabindex="0" aria-label="Tokens to remove">
            {tokens.iter().cloned().map(item).collect_view()}
        </ul>
    })
}

fn item(token: TokenView) -> impl IntoView {
    view! {
        <li>
            <span class="cell-text">{token.description}</span>
            " "
            <span class="muted small">{token.api_set.name()}</span>
            {token.expired.then(|| view! { " "<span class="badge warning">"Expired"</span> })}
        </li>
    }
}
