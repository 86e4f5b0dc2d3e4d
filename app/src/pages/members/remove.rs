//! The dialog "Remove member".

use keyrack_types::{
    members::{MemberRemoved, MemberView, TokenFate},
    tokens::TokenView,
};
use leptos::prelude::*;

use super::{
    fates::{Choice, Fates, first_fate},
    state::Page,
};
use crate::components::{
    browser,
    confirm::{Ask, Deed},
    drawn::drawn,
    form_dialog::FormDialog,
    save_once::{Keepsake, Kept},
};
use crate::format::count;
use crate::serverfns::members::remove_member;

/// Lists the member's tokens and asks for each what becomes of it.
#[component]
pub(super) fn RemoveDialog(page: Page, member: MemberView, tokens: Vec<TokenView>) -> impl IntoView {
    let choices: Vec<Choice> = tokens.into_iter().map(|token| (token, RwSignal::new(None))).collect();
    let missing = RwSignal::new(false);
    let all = StoredValue::new(choices.clone());
    let email = member.email.clone();
    let user = member.user_id;
    let go_on = move |()| {
        let fates = all.with_value(|choices| {
            choices
                .iter()
                .map(|(token, fate)| fate.get_untracked().map(|fate| (token.id, fate)))
                .collect::<Option<Vec<_>>>()
        });
        let Some(fates) = fates else {
            missing.set(true);
            let first = all.with_value(|choices| {
                choices.iter().find(|(_, fate)| fate.get_untracked().is_none()).map(|(token, _)| first_fate(token.id))
            });
            browser::focus(&first.unwrap_or_default());
            return;
        };
        missing.set(false);
        page.confirming.ask(ask(page, user, &email, fates));
    };
    let intro = match choices.len() {
        0 => format!("{} has no tokens in this account.", member.email),
        tokens => {
            let tokens = count(tokens, "token", "tokens");
            format!("{} has {tokens} in this account. Say what becomes of each.", member.email)
        }
    };
    drawn(view! {
        <FormDialog
            id="remove-member"
            title="Remove member"
            class=""
            at_cancel=true
            on_cancel=move |()| page.close()
            on_send=go_on
        >
            <p>{intro}</p>
            <p class="muted small">
                "Secrets that this member made of other members' tokens stop working, and their owners are told. Tasks that were made \
                 with a secret of this member's do not run any more."
            </p>
            {choices.into_iter().map(|choice| view! { <Fates choice missing /> }).collect_view()}
            <p class="error small" role="alert">
                {move || missing.get().then_some("Choose for every token first.")}
            </p>
        </FormDialog>
    })
}

fn ask(page: Page, user: i64, email: &str, fates: Vec<(i64, TokenFate)>) -> Ask {
    let mut lines = vec![format!("{email} is removed from this account and signed out of it.")];
    for (fate, what) in [
        (TokenFate::Transfer, "transferred to you, with a new secret; the present one stops working"),
        (TokenFate::KeepShared, "kept as shared; the secret goes on working"),
        (TokenFate::Revoke, "revoked"),
    ] {
        let number = fates.iter().filter(|(_, chosen)| *chosen == fate).count();
        if number > 0 {
            lines.push(format!("{}: {what}.", count(number, "token", "tokens")));
        }
    }
    let email = email.to_owned();
    let deed = Deed::new(move |input| {
        let (email, fates) = (email.clone(), fates.clone());
        async move {
            let gone = remove_member(input, user, fates).await?;
            Ok(gone.map(|gone| removed(page, &email, gone)))
        }
    });
    Ask::new(lines, deed).danger("Remove member")
}

fn removed(page: Page, email: &str, gone: MemberRemoved) {
    let keepsake = (!gone.secrets.is_empty()).then(|| Keepsake {
        title: "Save Access Tokens",
        intro: "Save the new secrets of the transferred tokens now. They are shown this once and cannot be looked up later.".into(),
        kept: Kept::Named(gone.secrets.into_iter().map(|new| (new.token.description, new.secret)).collect()),
        file: "keyrack-tokens.txt".into(),
        loss: "The secrets cannot be shown again. Without them, you would have to regenerate the tokens to use them.",
    });
    page.changed(gone.list, format!("{email} is removed."), keepsake);
}
