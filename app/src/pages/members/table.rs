use keyrack_types::{accounts::Role, dates::readable_day, members::MemberView};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::{Open, Page, TITLE};
use crate::components::{
    confirm::{ConfirmationRequest, PendingAction},
    leave::leave_or,
    toast::{ToastKind, show},
};
use crate::serverfns::members::{change_role, tokens_of_member};

/// The roles, the least first.
pub(super) const ROLES: [Role; 3] = [Role::Viewer, Role::Manager, Role::Owner];

/// The list of members.
#[component]
pub(super) fn Members(page: Page, may_manage: bool) -> impl IntoView {
    view! {
        <section class="panel table-frame" aria-labelledby=TITLE>
            <h2 id=TITLE class="visually-hidden" tabindex="-1">
                "Members"
            </h2>
            <table class="table members-table" role="table" aria-labelledby=TITLE>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Name"</th>
                        <th role="columnheader" scope="col">"Email"</th>
                        <th role="columnheader" scope="col">"Role"</th>
                        <th role="columnheader" scope="col">"Second factor"</th>
                        <th role="columnheader" scope="col">"Since"</th>
                        <th role="columnheader" scope="col">"Tokens"</th>
                        {may_manage
                            .then(|| {
                                view! {
                                    <th role="columnheader" scope="col">
                                        <span class="visually-hidden">"Actions"</span>
                                    </th>
                                }
                            })}
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For
                        each=move || page.list.with(|list| list.members.clone())
                        key=|member| (member.user_id, member.role, member.second_factor, member.tokens)
                        children=move |member| row(page, may_manage, member)
                    />
                </tbody>
            </table>
        </section>
    }
}

fn row(page: Page, may_manage: bool, member: MemberView) -> impl IntoView {
    let name = if member.name.is_empty() { member.email.clone() } else { member.name.clone() };
    let mine = member.me;
    let shown = member.clone();
    view! {
        <tr role="row">
            <td role="cell">{name} {mine.then(|| view! { " " <span class="badge accent">"You"</span> })}</td>
            <td role="cell" data-label="Email">{member.email.clone()}</td>
            <td role="cell" data-label="Role">
                {if may_manage {
                    Either::Left(view! { <RoleChoice page member=member.clone() /> })
                } else {
                    Either::Right(member.role.name())
                }}
            </td>
            <td role="cell" data-label="Second factor">
                <span class=if member.second_factor { "badge success" } else { "badge" }>
                    {if member.second_factor { "On" } else { "Off" }}
                </span>
            </td>
            <td role="cell" data-label="Since" class="figures">{readable_day(member.since.date_naive())}</td>
            <td role="cell" data-label="Tokens" class="figures">{member.tokens}</td>
            {may_manage
                .then(|| {
                    view! {
                        <td role="cell" class="cell-actions">
                            {(!mine)
                                .then(|| {
                                    let label = format!("Remove {}", shown.email);
                                    view! {
                                        <button
                                            type="button"
                                            class="button quiet by-script"
                                            aria-label=label
                                            on:click=move |_| remove(page, shown.clone())
                                        >
                                            "Remove"
                                        </button>
                                    }
                                })}
                        </td>
                    }
                })}
        </tr>
    }
}

#[component]
fn RoleChoice(page: Page, member: MemberView) -> impl IntoView {
    let field = NodeRef::<leptos::html::Select>::new();
    let (user, present) = (member.user_id, member.role);
    let email = StoredValue::new(member.email.clone());
    let back = move || {
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
            lines.push("What their tokens and sessions may do is narrowed at their next call.".into());
        }
        let mut ask = ConfirmationRequest::new(lines, pending_action);
        ask.on_end = Some(Callback::new(move |()| back()));
        page.confirming.ask(ask);
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

/// Asks what becomes of the member's tokens first.
fn remove(page: Page, member: MemberView) {
    spawn_local(async move {
        match tokens_of_member(member.user_id).await {
            Ok(Ok(tokens)) => page.open.set(Some(Open::Remove { member, tokens })),
            Ok(Err(refusal)) => leave_or(refusal, |message| show(ToastKind::Error, message)),
            Err(_) => show(ToastKind::Error, "Keyrack does not answer. Nothing is changed."),
        }
    });
}
