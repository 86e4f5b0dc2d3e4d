use std::collections::BTreeSet;

use keyrack_types::environments::Overview;
use leptos::{either::Either, prelude::*};

use super::{empty::Empty, poll, row::row, state::State, tasks::Tasks};
use crate::components::icon::{Glyph, Icon};

/// The list of environments and the tasks panel; keeps itself up to date. `origin`: the server's address, for the
/// example of an empty list.
#[island]
pub fn Board(initial: Overview, origin: String) -> impl IntoView {
    let state = State {
        overview: RwSignal::new(initial),
        out_of_reach: RwSignal::new(false),
        begun: RwSignal::new(String::new()),
        busy: RwSignal::new(BTreeSet::new()),
    };
    poll::keep_fresh(state);
    let is_empty = Memo::new(move |_| state.overview.read().environments.is_empty());
    view! {
        <div class="board">
            <div class="board-main">
                <p class="alert warning" role="status" hidden=move || !state.out_of_reach.get()>
                    <Icon glyph=Glyph::TriangleAlert />
                    <span>"Keyrack does not answer. What is shown here may be old; trying again…"</span>
                </p>
                <p class="visually-hidden" role="status">
                    {state.begun}
                </p>
                // Not <Show>, which erases types: with them whole, the compiler leaves out what is never used.
                {move || match is_empty.get() {
                    true => Either::Left(view! { <Empty origin=origin.clone() /> }),
                    false => Either::Right(table(state)),
                }}
            </div>
            <Tasks state />
        </div>
    }
}

/// Roles are written out because the rows are laid out as a grid, which would take them away.
fn table(state: State) -> impl IntoView {
    let names = move || state.overview.read().environments.iter().map(|env| env.name.clone()).collect::<Vec<_>>();
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
                <For each=names key=String::clone children=move |name| row(state, name) />
            </tbody>
        </table>
    }
}
