use leptos::prelude::*;

use super::{
    columns::{ACTIONS, COLUMNS, Row},
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
                {table::headings(columns(may_manage))}
                <tbody role="rowgroup">
                    <For
                        each=move || page.list.with(|list| list.members.clone())
                        key=|member| (member.user_id, member.role, member.second_factor, member.tokens)
                        children=move |member| table::row(columns(may_manage), &Row { page, may_manage, member })
                    />
                </tbody>
            </table>
        </section>
    }
}

fn columns(may_manage: bool) -> Vec<&'static Column<Row>> {
    COLUMNS.iter().chain(may_manage.then_some(&ACTIONS)).collect()
}
