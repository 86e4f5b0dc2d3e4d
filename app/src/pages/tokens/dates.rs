//! Days in the list: short to read, the full moment at hand.

use chrono::{DateTime, Utc};
use keyrack_types::dates::{readable_day, readable_end, wire_moment};
use leptos::either::Either;
use leptos::prelude::*;

/// A day as `27 Aug 2018`, with the full moment as its title; `absent` where there is none.
pub(super) fn day(moment: Option<DateTime<Utc>>, absent: &'static str) -> impl IntoView {
    day_with(moment, absent, "")
}

/// When something ends: the day, with the time where that is not the end of it.
pub(super) fn end(moment: Option<DateTime<Utc>>, absent: &'static str) -> impl IntoView {
    time(moment, absent, "", readable_end)
}

/// The same as [`day`] with more in its title.
pub(super) fn day_with(moment: Option<DateTime<Utc>>, absent: &'static str, more: &str) -> impl IntoView + use<> {
    time(moment, absent, more, |moment| readable_day(moment.date_naive()))
}

fn time(
    moment: Option<DateTime<Utc>>,
    absent: &'static str,
    more: &str,
    shown: fn(DateTime<Utc>) -> String,
) -> impl IntoView + use<> {
    match moment {
        None => Either::Left(absent),
        Some(moment) => {
            let full = wire_moment(moment);
            let machine = full.replace(' ', "T") + "Z";
            Either::Right(view! {
                <time datetime=machine title=format!("{full} UTC{more}")>
                    {shown(moment)}
                </time>
            })
        }
    }
}
