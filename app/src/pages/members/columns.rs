//! The columns of the list, from left to right.

use keyrack_types::{dates::readable_day, members::MemberView};
use leptos::{either::Either, prelude::*};

use super::{remove::RemoveButton, role::RoleChoice, state::Page};
use crate::components::table::Column;

/// A member in the list.
pub(super) struct Row {
    pub page: Page,
    pub may_manage: bool,
    pub member: MemberView,
}

/// The columns that everybody sees.
pub(super) static COLUMNS: [Column<Row>; 6] = [
    Column { title: "Name", title_hidden: false, class: "member-name", cell: name },
    Column {
        title: "Email",
        title_hidden: false,
        class: "member-email",
        cell: |row| row.member.email.clone().into_any(),
    },
    Column { title: "Role", title_hidden: false, class: "member-role", cell: role },
    Column { title: "Second factor", title_hidden: false, class: "member-factor", cell: second_factor },
    Column {
        title: "Since",
        title_hidden: false,
        class: "figures",
        cell: |row| readable_day(row.member.since.date_naive()).into_any(),
    },
    Column { title: "Tokens", title_hidden: false, class: "figures", cell: |row| row.member.tokens.into_any() },
];

/// For owners.
pub(super) static ACTIONS: Column<Row> = Column {
    title: "Actions",
    title_hidden: true,
    class: "cell-actions",
    cell: |row| (!row.member.me).then(|| view! { <RemoveButton page=row.page member=row.member.clone() /> }).into_any(),
};

fn name(row: &Row) -> AnyView {
    let MemberView { name, email, me, .. } = &row.member;
    let name = if name.is_empty() { email } else { name };
    view! {
        {name.clone()}
        {me.then(|| view! { " " <span class="badge accent">"You"</span> })}
    }
    .into_any()
}

fn role(row: &Row) -> AnyView {
    if row.may_manage {
        Either::Left(view! { <RoleChoice page=row.page member=row.member.clone() /> })
    } else {
        Either::Right(row.member.role.name())
    }
    .into_any()
}

fn second_factor(row: &Row) -> AnyView {
    let on = row.member.second_factor;
    view! { <span class=if on { "badge success" } else { "badge" }>{if on { "On" } else { "Off" }}</span> }.into_any()
}
