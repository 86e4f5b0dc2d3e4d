//! The island: everything of the page that reacts.

use keyrack_types::environments::Overview;
use leptos::{either::Either, prelude::*};

use super::{empty::Empty, poll, row::row, state::Page, tasks::Tasks};
use crate::components::icon::{Glyph, Icon};

/// The list of environments and the tasks panel; keeps itself up to date. `origin`: the server's address, for the
/// example of an empty list.
#[island]
pub fn EnvironmentsIsland(overview: Overview, origin: String) -> impl IntoView {
    let page = Page::new(overview);
    poll::keep_fresh(page);
    let is_empty = Memo::new(move |_| page.overview.read().environments.is_empty());
    view! {
        <div class="environments">
            <div class="environments-main">
                <p class="alert warning" role="status" hidden=move || !page.unreachable.get()>
                    <Icon glyph=Glyph::TriangleAlert />
                    <span>"Keyrack does not answer. What is shown here may be old; trying again…"</span>
                </p>
                <p class="visually-hidden" role="status">
                    {page.announcement}
                </p>
                // Not <Show>: it erases the types of its views, and the compiler leaves out only what it can see.
                {move || match is_empty.get() {
                    true => Either::Left(view! { <Empty origin=origin.clone() /> }),
                    false => Either::Right(table(page)),
                }}
            </div>
            <Tasks page />
        </div>
    }
}

/// Roles are written out because the rows are laid out as a grid, which would take them away.
fn table(page: Page) -> impl IntoView {
    let names = move || page.overview.read().environments.iter().map(|env| env.name.clone()).collect::<Vec<_>>();
    view! {
        <table role="table" class="env-table panel" aria-label="Environments">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Name"</th>
                    <th role="columnheader" scope="col">"Status"</th>
                    <th role="columnheader" scope="col">"Layers and nodes"</th>
                    <th role="columnheader" scope="col">"Address"</th>
                    <th role="columnheader" scope="col">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                <For each=names key=String::clone children=move |name| row(page, name) />
            </tbody>
        </table>
    }
}
