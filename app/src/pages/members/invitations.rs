use keyrack_types::{dates::readable_moment, members::InvitationView};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::Page;
use crate::components::{
    browser,
    leave::leave_or,
    toast::{ToastKind, show},
};
use crate::serverfns::members::withdraw_invitation;

const TITLE: &str = "invitations-title";

/// Invitations that were not accepted yet.
#[component]
pub(super) fn Invitations(page: Page) -> impl IntoView {
    let none = move || page.list.read().invitations.is_empty();
    view! {
        <section class="panel block" aria-labelledby=TITLE hidden=none>
            <h2 id=TITLE tabindex="-1">
                "Open invitations"
            </h2>
            <ul role="list" class="invitations">
                <For
                    each=move || page.list.get().invitations
                    key=|invitation| (invitation.id, invitation.expired)
                    children=move |invitation| item(page, invitation)
                />
            </ul>
        </section>
    }
}

fn item(page: Page, invitation: InvitationView) -> impl IntoView {
    let InvitationView { id, email, role, expires, expired } = invitation;
    let label = format!("Withdraw the invitation of {email}");
    let when = readable_moment(expires);
    view! {
        <li>
            <span class="invited">{email}</span>
            <span class="muted small figures">
                {if expired {
                    format!("as {} · expired {when} UTC", role.name())
                } else {
                    format!("as {} · holds until {when} UTC", role.name())
                }}
            </span>
            <form method="post" action="/fn/members/withdraw" on:submit=move |event| withdraw(&event, page, id)>
                <input type="hidden" name="id" value=id />
                <button type="submit" class="button quiet" aria-label=label>
                    "Withdraw"
                </button>
            </form>
        </li>
    }
}

fn withdraw(event: &SubmitEvent, page: Page, id: i64) {
    event.prevent_default();
    spawn_local(async move {
        match withdraw_invitation(id).await {
            Ok(Ok(list)) => {
                page.list.set(list);
                show(ToastKind::Success, "The invitation is withdrawn.");
                browser::focus(TITLE);
            }
            Ok(Err(refusal)) => leave_or(refusal, |message| show(ToastKind::Error, message)),
            Err(_) => show(ToastKind::Error, "Keyrack does not answer. The invitation still holds."),
        }
    });
}
