//! Days in the list: short to read, the full moment at hand.

use chrono::{DateTime, Utc};
use keyrack_types::dates::{readable_day, wire_moment};
use leptos::either::Either;
use leptos::prelude::*;

/// A day as `27 Aug 2018`, with the full moment as its title; `absent` where there is none.
pub(super) fn day(moment: Option<DateTime<Utc>>, absent: &'static str) -> impl IntoView {
    day_with(moment, absent, "")
}

/// The same with more in its title.
pub(super) fn day_with(moment: Option<DateTime<Utc>>, absent: &'static str, more: &str) -> impl IntoView + use<> {
    match moment {
        None => Either::Left(absent),
        Some(moment) => {
            let full = wire_moment(moment);
            let machine = full.replace(' ', "T") + "Z";
            Either::Right(view! {
                <time datetime=machine title=format!("{full} UTC{more}")>
                    {readable_day(moment.date_naive())}
                </time>
            })
        }
    }
}
