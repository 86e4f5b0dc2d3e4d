//! Removing a member: the button and the dialog "Remove member".

use keyrack_types::{
    members::{MemberRemoved, MemberView, TokenDisposition},
    tokens::TokenView,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{
    state::{Dialog, Page},
    token_disposition::{Choice, DispositionChoice, first_choice_id},
};
use crate::components::{
    browser,
    client_only::client_only,
    confirm::{ConfirmationRequest, PendingAction},
    form_dialog::FormDialog,
    leave::leave_or,
    save_once::{OneTimeSecret, SecretValues},
    toast::{ToastKind, show},
};
use crate::format::count;
use crate::serverfns::members::{remove_member, tokens_of_member};

/// Opens the dialog once the member's tokens are known.
#[component]
pub(super) fn RemoveButton(page: Page, member: MemberView) -> impl IntoView {
    let label = format!("Remove {}", member.email);
    let member = StoredValue::new(member);
    let open = move |_| {
        let member = member.get_value();
        spawn_local(async move {
            match tokens_of_member(member.user_id).await {
                Ok(Ok(tokens)) => page.dialogs.open(Dialog::Remove { member, tokens }),
                Ok(Err(refusal)) => leave_or(refusal, |message| show(ToastKind::Error, message)),
                Err(_) => show(ToastKind::Error, "Keyrack does not answer. Nothing is changed."),
            }
        });
    };
    view! {
        <button type="button" class="button quiet by-script" aria-label=label on:click=open>
            "Remove"
        </button>
    }
}

/// Lists the member's tokens and asks for each what becomes of it.
#[component]
pub(super) fn RemoveDialog(page: Page, member: MemberView, tokens: Vec<TokenView>) -> impl IntoView {
    let choices: Vec<Choice> = tokens.into_iter().map(|token| (token, RwSignal::new(None))).collect();
    let missing = RwSignal::new(false);
    let all = StoredValue::new(choices.clone());
    let email = member.email.clone();
    let user = member.user_id;
    let send = move |()| {
        let dispositions = all.with_value(|choices| {
            choices
                .iter()
                .map(|(token, disposition)| disposition.get_untracked().map(|disposition| (token.id, disposition)))
                .collect::<Option<Vec<_>>>()
        });
        let Some(dispositions) = dispositions else {
            missing.set(true);
            let first = all.with_value(|choices| {
                choices
                    .iter()
                    .find(|(_, disposition)| disposition.get_untracked().is_none())
                    .map(|(token, _)| first_choice_id(token.id))
            });
            browser::focus(&first.unwrap_or_default());
            return;
        };
        missing.set(false);
        page.dialogs.confirm(removal(page, user, &email, dispositions));
    };
    let intro = match choices.len() {
        0 => format!("{} has no tokens in this account.", member.email),
        tokens => {
            let tokens = count(tokens, "token", "tokens");
            format!("{} has {tokens} in this account. Say what becomes of each.", member.email)
        }
    };
    client_only(view! {
        <FormDialog
            id="remove-member"
            title="Remove member"
            class=""
            at_cancel=true
            on_cancel=move |()| page.dialogs.close()
            on_send=send
        >
            <p>{intro}</p>
            <p class="muted small">
                "Secrets that this member made of other members' tokens stop working, and their owners are notified. Tasks that were \
                 made with one of this member's secrets no longer run."
            </p>
            {choices.into_iter().map(|choice| view! { <DispositionChoice choice missing /> }).collect_view()}
            <p class="error small" role="alert">
                {move || missing.get().then_some("Choose for every token first.")}
            </p>
        </FormDialog>
    })
}

fn removal(page: Page, user: i64, email: &str, dispositions: Vec<(i64, TokenDisposition)>) -> ConfirmationRequest {
    let mut lines = vec![format!("{email} is removed from this account and signed out of it.")];
    for (disposition, what) in [
        (TokenDisposition::Transfer, "transferred to you, with a new secret; the present one stops working"),
        (TokenDisposition::KeepShared, "kept as shared; the secret goes on working"),
        (TokenDisposition::Revoke, "revoked"),
    ] {
        let number = dispositions.iter().filter(|(_, chosen)| *chosen == disposition).count();
        if number > 0 {
            lines.push(format!("{}: {what}.", count(number, "token", "tokens")));
        }
    }
    let email = email.to_owned();
    let pending_action = PendingAction::new(move |input| {
        let (email, dispositions) = (email.clone(), dispositions.clone());
        async move {
            let gone = remove_member(input, user, dispositions).await?;
            Ok(gone.map(|gone| removed(page, &email, gone)))
        }
    });
    ConfirmationRequest::new(lines, pending_action).danger("Remove member")
}

fn removed(page: Page, email: &str, gone: MemberRemoved) {
    let one_time_secret = (!gone.secrets.is_empty()).then(|| OneTimeSecret {
        title: "Save Access Tokens",
        intro: "Save the new secrets of the transferred tokens now. They are shown only once and cannot be looked up later.".into(),
        values: SecretValues::Named(gone.secrets.into_iter().map(|new| (new.token.description, new.secret)).collect()),
        file: "keyrack-tokens.txt".into(),
        loss: "The secrets cannot be shown again. If you close now, the tokens stay; to use one, you have to regenerate it.".into(),
    });
    page.changed(gone.list, format!("{email} is removed."), one_time_secret);
}
