use keyrack_types::members::MemberView;
use leptos::either::EitherOf5;
use leptos::prelude::*;

use super::{
    columns::{ACTIONS, COLUMNS, Cell},
    remove::RemoveButton,
    role::RoleChoice,
    state::{Page, TITLE},
};
use crate::components::table::{self, Column};

/// The list of members.
#[component]
pub(super) fn MemberTable(page: Page, may_manage: bool) -> impl IntoView {
    view! {
        <section class="panel table-frame" aria-labelledby=TITLE>
            <h2 id=TITLE class="visually-hidden" tabindex="-1">
                "Members"
            </h2>
            <table class="table members-table" role="table" aria-labelledby=TITLE>
                {table::headings(&columns(may_manage))}
                <tbody role="rowgroup">
                    <For
                        each=move || page.list.with(|list| list.members.clone())
                        key=|member| (member.user_id, member.role, member.second_factor, member.tokens)
                        children=move |member| {
                            table::row(&columns(may_manage), &member, move |cell| draw(page, may_manage, cell))
                        }
                    />
                </tbody>
            </table>
        </section>
    }
}

fn columns(may_manage: bool) -> Vec<&'static Column<MemberView, Cell>> {
    COLUMNS.iter().chain(may_manage.then_some(&ACTIONS)).collect()
}

fn draw(page: Page, may_manage: bool, cell: Cell) -> impl IntoView {
    match cell {
        Cell::Role(member) if may_manage => EitherOf5::A(view! { <RoleChoice page member /> }),
        Cell::Role(member) => EitherOf5::B(member.role.name().to_owned()),
        Cell::Text(text) => EitherOf5::B(text),
        Cell::Marked(text, mark) => EitherOf5::C(view! { {text} " " <span class="badge accent">{mark}</span> }),
        Cell::OnOff(on) => EitherOf5::D(view! {
            <span class=if on { "badge success" } else { "badge" }>{if on { "On" } else { "Off" }}</span>
        }),
        Cell::Actions(member) => EitherOf5::E((!member.me).then(|| view! { <RemoveButton page member /> })),
    }
}
