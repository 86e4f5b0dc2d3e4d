//! Tables whose columns are declared once: heading, label of the cell where rows are cards, width, cell.
//!
//! Roles are written out, because rows become cards where there is little room (`style/table.css`), which takes the roles of
//! their elements away.

use leptos::prelude::*;

/// A column of a table with rows of `R`.
pub struct Column<R: 'static> {
    pub title: &'static str,
    /// For screen readers only: buttons need no heading to be seen.
    pub title_hidden: bool,
    /// Classes of heading and cells: how they are set, and how wide (`style/table.css`).
    pub class: &'static str,
    pub cell: fn(&R) -> AnyView,
}

/// The row of headings.
pub fn headings<R>(columns: Vec<&'static Column<R>>) -> impl IntoView + use<R> {
    let heading = |column: &'static Column<R>| {
        let hidden = column.title_hidden.then_some("visually-hidden");
        view! {
            <th role="columnheader" scope="col" class=column.class>
                <span class=hidden>{column.title}</span>
            </th>
        }
    };
    let headings: Vec<_> = columns.into_iter().map(heading).collect();
    view! {
        <thead role="rowgroup">
            <tr role="row">{headings}</tr>
        </thead>
    }
}

/// A row. Its first cell heads the card and has no label there.
pub fn row<R>(columns: Vec<&'static Column<R>>, row: &R) -> impl IntoView + use<R> {
    let cell = |(at, column): (usize, &'static Column<R>)| {
        let label = (at > 0 && !column.title_hidden).then_some(column.title);
        view! {
            <td role="cell" class=column.class data-label=label>
                {(column.cell)(row)}
            </td>
        }
    };
    let cells: Vec<_> = columns.into_iter().enumerate().map(cell).collect();
    view! { <tr role="row">{cells}</tr> }
}
