//! The choice of a role.

use keyrack_types::{accounts::Role, members::MemberView};
use leptos::prelude::*;

use super::state::Page;
use crate::components::confirm::{ConfirmationRequest, PendingAction};
use crate::serverfns::members::change_role;

/// The roles, the least first.
pub(super) const ROLES: [Role; 3] = [Role::Viewer, Role::Manager, Role::Owner];

/// A list of roles; another one is taken once it is confirmed, and until then the member has the present one.
#[component]
pub(super) fn RoleChoice(page: Page, member: MemberView) -> impl IntoView {
    let field = NodeRef::<leptos::html::Select>::new();
    let (user, present) = (member.user_id, member.role);
    let email = StoredValue::new(member.email.clone());
    let show_present = move || {
        if let Some(field) = field.get_untracked() {
            field.set_value(present.name());
        }
    };
    let change = move |event| {
        let Some(role) = Role::by_name(&event_target_value(&event)).filter(|role| *role != present) else { return };
        let pending_action = PendingAction::new(move |input| async move {
            let list = change_role(input, user, role).await?;
            Ok(list.map(|list| page.changed(list, format!("{} is {} now.", email.get_value(), role.name()), None)))
        });
        let mut lines = vec![format!("{} becomes {} instead of {}.", email.get_value(), role.name(), present.name())];
        if role < present {
            lines.push("Their tokens and sessions lose what the new role may not do, from their next call on.".into());
        }
        page.dialogs.confirm(ConfirmationRequest::new(lines, pending_action).on_end(show_present));
    };
    view! {
        <noscript>{present.name()}</noscript>
        <select class="select by-script" node_ref=field aria-label=format!("Role of {}", member.email) on:change=change>
            {ROLES
                .map(|role| {
                    view! {
                        <option value=role.name() selected=role == present>
                            {role.name()}
                        </option>
                    }
                })
                .into_iter()
                .collect_view()}
        </select>
    }
}
