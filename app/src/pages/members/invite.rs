//! The dialog "Invite member".

use keyrack_types::{
    accounts::Role,
    members::InvitationLink,
    refusal::{Field, Refusal},
};
use leptos::prelude::*;

use super::{role::ROLES, state::Page};
use crate::components::{
    browser,
    client_only::client_only,
    confirm::{ConfirmationRequest, PendingAction},
    form_dialog::FormDialog,
    noted_field::NotedField,
    save_once::{OneTimeSecret, SecretValues},
    toast::{ToastKind, show},
};
use crate::serverfns::members::invite_member;

const EMAIL: &str = "invite-email";

/// Asks whom, and as what.
#[component]
pub(super) fn InviteDialog(page: Page) -> impl IntoView {
    let error = RwSignal::new(None::<String>);
    let role = RwSignal::new(Role::Viewer);
    let refused = move |refusal| match refusal {
        // The cause is the dialog's one text field.
        Refusal::Field { field: Field::Email, message } | Refusal::Forbidden { message } => {
            error.set(Some(message));
            browser::focus_soon(EMAIL.into());
        }
        other => show(ToastKind::Error, other.message()),
    };
    let send = move |()| {
        let email = browser::value(EMAIL).trim().to_owned();
        if !email.contains('@') {
            error.set(Some("Write the e-mail address of the person to invite.".into()));
            browser::focus(EMAIL);
            return;
        }
        error.set(None);
        let role = role.get_untracked();
        let lines = [
            format!("{email} is invited to become {} of this account.", role.name()),
            "The link works once; an earlier invitation of the same address stops working.".into(),
        ];
        let pending_action = PendingAction::new(move |input| {
            let email = email.clone();
            async move {
                let made = invite_member(input, email, role).await?;
                Ok(made.map(|made| invited(page, made)))
            }
        });
        page.dialogs.confirm(ConfirmationRequest::new(lines, pending_action).on_refused(refused));
    };
    client_only(view! {
        <FormDialog id="invite" title="Invite member" on_cancel=move |()| page.dialogs.close() on_send=send>
            <NotedField
                id=EMAIL
                label="Email"
                kind="email"
                max_length="254"
                placeholder="ada@example.org"
                hint="The invitation holds for this address only."
                error
            />
            <RoleField role />
        </FormDialog>
    })
}

#[component]
fn RoleField(role: RwSignal<Role>) -> impl IntoView {
    let hint = move || match role.get() {
        Role::Viewer => "Sees shared tokens and environments.",
        Role::Manager => "Also starts and stops environments, and generates and changes shared tokens.",
        Role::Owner => "Everything in the account, members too.",
    };
    client_only(view! {
        <div class="field">
            <label for="invite-role">"Role"</label>
            <select
                id="invite-role"
                class="select"
                aria-describedby="invite-role-hint"
                on:change=move |event| role.set(Role::by_name(&event_target_value(&event)).unwrap_or(Role::Viewer))
            >
                {ROLES.map(|role| view! { <option value=role.name()>{role.name()}</option> }).into_iter().collect_view()}
            </select>
            <p id="invite-role-hint" class="hint" aria-live="polite">
                {hint}
            </p>
        </div>
    })
}

fn invited(page: Page, made: InvitationLink) {
    let InvitationLink { email, link, mailed, list } = made;
    let intro = if mailed {
        format!(
            "A mail with a link is on its way to {email}. You can also hand over this link; it is shown only once. The first of the two that is followed counts."
        )
    } else {
        format!("Hand this link to {email}. It was not mailed; it works once and is shown only once.")
    };
    let one_time_secret = OneTimeSecret {
        title: "Invitation Link",
        intro,
        values: SecretValues::One { label: "Link", value: link },
        file: "keyrack-invitation.txt".into(),
        loss: "The link cannot be shown again. If you close now, the invitation stays open; to get another link, withdraw it and \
               invite again."
            .into(),
    };
    page.changed(list, format!("{email} is invited."), Some(one_time_secret));
}
