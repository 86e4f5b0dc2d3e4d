//! Tables whose columns are declared once: heading, label of the cell where rows are cards, width, cell.
//!
//! Roles are written out, because rows become cards where there is little room (`style/table.css`), which takes the roles of
//! their elements away.

use leptos::prelude::*;

/// A column of a table with rows of `R` and cells of `C`: one type for all cells of a table, which keeps the WASM small.
pub struct Column<R: 'static, C: 'static> {
    pub title: &'static str,
    /// For screen readers only: buttons need no heading to be seen.
    pub title_hidden: bool,
    /// Classes of heading and cells: how they are set, and how wide.
    pub class: &'static str,
    pub cell: fn(&R) -> C,
}

/// The row of headings.
pub fn headings<R, C>(columns: &[&'static Column<R, C>]) -> impl IntoView + use<R, C> {
    let heading = |column: &&'static Column<R, C>| {
        let hidden = column.title_hidden.then_some("visually-hidden");
        view! {
            <th role="columnheader" scope="col" class=column.class>
                <span class=hidden>{column.title}</span>
            </th>
        }
    };
    let headings: Vec<_> = columns.iter().map(heading).collect();
    view! {
        <thead role="rowgroup">
            <tr role="row">{headings}</tr>
        </thead>
    }
}

/// A row; `draw` makes the content of a cell. The first cell heads the card and has no label there.
pub fn row<R, C, V: IntoView, D: Fn(C) -> V>(
    columns: &[&'static Column<R, C>],
    row: &R,
    draw: D,
) -> impl IntoView + use<R, C, V, D> {
    let cell = |(at, column): (usize, &&'static Column<R, C>)| {
        let label = (at > 0 && !column.title_hidden).then_some(column.title);
        view! {
            <td role="cell" class=column.class data-label=label>
                {draw((column.cell)(row))}
            </td>
        }
    };
    let cells: Vec<_> = columns.iter().enumerate().map(cell).collect();
    view! { <tr role="row">{cells}</tr> }
}
