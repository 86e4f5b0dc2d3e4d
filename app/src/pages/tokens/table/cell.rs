//! The content of a cell.

use chrono::{DateTime, Utc};
use keyrack_types::dates::wire_moment;
use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;

use super::super::columns::Cell;
use super::methods::Methods;

/// Draws a cell. `tab_stop`: whether Tab leads to this row.
pub(super) fn draw(cell: Cell, tab_stop: Memo<bool>) -> impl IntoView {
    match cell {
        Cell::Text { text, badge } => EitherOf3::A(view! {
            <span class="cell-line">
                <span class="cell-text" title=text.clone()>
                    {text.clone()}
                </span>
                {badge.map(|badge| view! { <span class="badge">{badge}</span> })}
            </span>
        }),
        Cell::Moment { moment, absent, short, more, ahead, badge } => EitherOf3::B(view! {
            {match moment {
                None => Either::Left(absent),
                Some(moment) => Either::Right(time(moment, short(moment), &more)),
            }}
            {(!ahead.is_empty()).then(|| view! { " "<span class="ahead muted">{ahead}</span> })}
            {badge.map(|badge| view! { " "<span class="badge warning">{badge}</span> })}
        }),
        Cell::Methods { token, description, set, methods } => {
            EitherOf3::C(view! { <Methods token description set methods tab_stop /> })
        }
    }
}

/// A moment, short to read, with the full one in its title.
fn time(moment: DateTime<Utc>, short: String, more: &str) -> impl IntoView + use<> {
    let full = wire_moment(moment);
    let machine = full.replace(' ', "T") + "Z";
    view! {
        <time datetime=machine title=format!("{full} UTC{more}")>
            {short}
        </time>
    }
}
