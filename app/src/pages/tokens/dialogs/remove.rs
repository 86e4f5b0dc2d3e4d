//! The dialog "Remove Access Tokens".

use keyrack_types::refusal::Refusal;
use keyrack_types::tokens::TokenView;
use leptos::prelude::*;

use super::super::state::Page;
use super::super::token_action::{Outcome, TokenAction};
use super::password_form::PasswordForm;
use crate::components::client_only::client_only;
use crate::components::dialog::Modal;
use crate::components::icon::{Glyph, Icon};
use crate::components::toast::{ToastKind, show};
use crate::format::count;

/// Lists what goes, then asks for the password.
#[component]
pub(super) fn RemoveDialog(page: Page, tokens: Vec<TokenView>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let dismiss = move |()| {
        if !busy.get_untracked() {
            page.close();
        }
    };
    let removed = move |outcome| {
        if let Outcome::Removed(number) = outcome {
            show(ToastKind::Success, format!("{} removed.", count(number, "token", "tokens")));
        }
        page.close_after_removal();
    };
    let refused = move |refusal| match refusal {
        Refusal::Gone { message } => {
            show(ToastKind::Error, message);
            page.close_after_removal();
        }
        other => trouble.set(Some(other.message())),
    };
    let token_action = TokenAction::Remove(tokens.iter().map(|token| token.id).collect());
    let warning = if tokens.len() == 1 {
        "This token is refused from its next call on. That cannot be undone."
    } else {
        "These tokens are refused from their next call on. That cannot be undone."
    };
    client_only(view! {
        <Modal id="remove-dialog" title="Remove Access Tokens" class="narrow" on_dismiss=dismiss>
            <div class="dialog-body">
                <p>{warning}</p>
                <ul class="removed" role="list" tabindex="0" aria-label="Tokens to remove">
                    {tokens.into_iter().map(item).collect_view()}
                </ul>
                {move || trouble.get().map(alert)}
            </div>
            <PasswordForm
                viewer=page.viewer.get_value()
                token_action
                action="Remove"
                danger=true
                busy
                on_cancel=move |()| page.close()
                on_outcome=removed
                on_refused=refused
                on_signed_out=move |()| page.sign_in_again(None)
            />
        </Modal>
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

fn alert(message: String) -> impl IntoView {
    view! {
        <div class="alert danger" role="alert">
            <Icon glyph=Glyph::CircleAlert />
            <p>{message}</p>
        </div>
    }
}
