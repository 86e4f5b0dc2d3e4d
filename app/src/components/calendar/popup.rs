//! The calendar itself: a grid of days beneath its field. It is placed by the stylesheet, so a resized window moves it
//! along and never closes it.

use chrono::{Datelike, Days, NaiveDate};
use leptos::prelude::*;
use leptos::web_sys::KeyboardEvent;

use super::month::{Calendar, Move, WEEKDAYS, spoken};
use crate::components::browser;
use crate::components::client_only::client_only;
use crate::components::icon::{Glyph, Icon};

/// A calendar that begins at the typed day, which has the keyboard. Esc and leaving are the field's business.
#[component]
pub(super) fn CalendarPopup(
    today: NaiveDate,
    typed: Option<NaiveDate>,
    #[prop(into)] on_choose: Callback<NaiveDate>,
) -> impl IntoView {
    let calendar = RwSignal::new(Calendar::new(today, typed));
    let weeks = Memo::new(move |_| calendar.read().weeks());
    // Drawn in the next frame: a day of another month may still be the cell of a past one.
    let focus = move || browser::focus_soon(cell_id(focused_cell(&calendar.read_untracked())));
    Effect::new(move |_| focus());
    let on_day_key = move |event: KeyboardEvent| {
        if let Some(step) = Move::by_key(&event.key(), event.shift_key()) {
            event.prevent_default();
            calendar.update(|calendar| calendar.go(step));
            focus();
        }
    };
    // Paging by button leaves the keyboard on the button.
    let page = move |step| move |_| calendar.update(|calendar| calendar.go(Move::Months(step)));
    client_only(view! {
        <div class="calendar" role="dialog" aria-label="Calendar" tabindex="-1">
            <div class="calendar-head">
                <button
                    type="button"
                    class="icon-button"
                    aria-label="Previous month"
                    disabled=move || !calendar.read().has_earlier_month()
                    on:click=page(-1)
                >
                    <Icon glyph=Glyph::ChevronLeft />
                </button>
                <strong aria-live="polite">{move || calendar.read().title()}</strong>
                <button type="button" class="icon-button" aria-label="Next month" on:click=page(1)>
                    <Icon glyph=Glyph::ChevronRight />
                </button>
            </div>
            <div class="calendar-grid" role="grid" aria-label="Days" on:keydown=on_day_key>
                <div class="calendar-week" role="row">
                    {WEEKDAYS
                        .map(|day| {
                            view! {
                                <span role="columnheader" aria-label=day>
                                    {&day[..2]}
                                </span>
                            }
                        })
                        .into_iter()
                        .collect_view()}
                </div>
                {(0..6)
                    .map(|week| {
                        let day = move |weekday: usize| Signal::derive(move || weeks.read()[week][weekday]);
                        view! {
                            <div class="calendar-week" role="row">
                                {(0..7)
                                    .map(|weekday| cell(week * 7 + weekday, day(weekday), calendar, typed, on_choose))
                                    .collect_view()}
                            </div>
                        }
                    })
                    .collect_view()}
            </div>
            <div class="calendar-quick">
                {[("30 days", 30), ("90 days", 90), ("1 year", 365)]
                    .map(|(label, days)| {
                        let day = today.checked_add_days(Days::new(days)).unwrap_or(today);
                        view! {
                            <button type="button" class="button quiet" on:click=move |_| on_choose.run(day)>
                                {label}
                            </button>
                        }
                    })
                    .into_iter()
                    .collect_view()}
            </div>
        </div>
    })
}

/// One day. The cells stay the same while months are paged and only show other days, so the keyboard is never lost.
fn cell(
    at: usize,
    day: Signal<NaiveDate>,
    calendar: RwSignal<Calendar>,
    typed: Option<NaiveDate>,
    on_choose: Callback<NaiveDate>,
) -> impl IntoView {
    let today = calendar.read_untracked().today;
    view! {
        <button
            type="button"
            role="gridcell"
            id=cell_id(at)
            class="calendar-day"
            class:other-month=move || !calendar.read().in_month(day.get())
            tabindex=move || if calendar.read().focus == day.get() { "0" } else { "-1" }
            aria-label=move || spoken(day.get())
            aria-current=move || (day.get() == today).then_some("date")
            aria-selected=move || (typed == Some(day.get())).to_string()
            disabled=move || !calendar.read().allows(day.get())
            on:click=move |_| on_choose.run(day.get_untracked())
        >
            {move || day.get().day()}
        </button>
    }
}

fn cell_id(at: usize) -> String {
    format!("calendar-day-{at}")
}

/// The cell of the focused day.
fn focused_cell(calendar: &Calendar) -> usize {
    calendar.weeks().iter().flatten().position(|day| *day == calendar.focus).unwrap_or_default()
}
