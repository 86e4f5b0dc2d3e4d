//! The calendar without any drawing: which days a month shows, and where keys lead.

use chrono::{Datelike, Days, Months, NaiveDate};

/// A way to move the focused day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Days(i64),
    Months(i32),
    WeekStart,
    WeekEnd,
}

impl Move {
    /// The move that a key asks for, after the ARIA practices for date pickers.
    pub fn by_key(key: &str, shift: bool) -> Option<Move> {
        Some(match key {
            "ArrowLeft" => Move::Days(-1),
            "ArrowRight" => Move::Days(1),
            "ArrowUp" => Move::Days(-7),
            "ArrowDown" => Move::Days(7),
            "PageUp" => Move::Months(if shift { -12 } else { -1 }),
            "PageDown" => Move::Months(if shift { 12 } else { 1 }),
            "Home" => Move::WeekStart,
            "End" => Move::WeekEnd,
            _ => return None,
        })
    }
}

/// A calendar opened at one day. Days before today exist, but are never reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub today: NaiveDate,
    /// The day that has the focus; its month is the one shown.
    pub focus: NaiveDate,
}

impl Calendar {
    /// Opens at the typed day, or at today when none is typed or it is past.
    pub fn new(today: NaiveDate, typed: Option<NaiveDate>) -> Calendar {
        Calendar { today, focus: clamp(today, typed.unwrap_or(today)) }
    }

    /// Moves the focus, no further back than today.
    pub fn go(&mut self, step: Move) {
        self.focus = clamp(self.today, moved(self.focus, step));
    }

    /// Whether the day can be chosen.
    pub fn allows(&self, day: NaiveDate) -> bool {
        day >= self.today
    }

    /// Whether a day that can be chosen lies in the month before.
    pub fn has_earlier_month(&self) -> bool {
        (self.focus.year(), self.focus.month()) > (self.today.year(), self.today.month())
    }

    /// `August 2027`.
    pub fn title(&self) -> String {
        format!("{} {}", MONTHS[self.focus.month0() as usize], self.focus.year())
    }

    /// Whole weeks from Monday to Sunday that cover the month. Always six, so that nothing moves while months are paged.
    pub fn weeks(&self) -> Vec<Vec<NaiveDate>> {
        let first = self.focus.with_day(1).unwrap_or(self.focus);
        let monday = moved(first, Move::WeekStart);
        let day = |offset: u64| monday.checked_add_days(Days::new(offset)).unwrap_or(monday);
        (0..6).map(|week| (0..7).map(|weekday| day(week * 7 + weekday)).collect()).collect()
    }

    /// Whether the day belongs to the shown month.
    pub fn in_month(&self, day: NaiveDate) -> bool {
        (day.year(), day.month()) == (self.focus.year(), self.focus.month())
    }
}

/// A day in words, for screen readers: `Monday, 9 August 2027`.
pub fn spoken(day: NaiveDate) -> String {
    let weekday = WEEKDAYS[day.weekday().num_days_from_monday() as usize];
    format!("{weekday}, {} {} {}", day.day(), MONTHS[day.month0() as usize], day.year())
}

/// Weekdays in the order of the columns.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn moved(day: NaiveDate, step: Move) -> NaiveDate {
    let to = match step {
        Move::Days(count) if count < 0 => day.checked_sub_days(Days::new(count.unsigned_abs())),
        Move::Days(count) => day.checked_add_days(Days::new(count.unsigned_abs())),
        Move::Months(count) if count < 0 => day.checked_sub_months(Months::new(count.unsigned_abs())),
        Move::Months(count) => day.checked_add_months(Months::new(count.unsigned_abs())),
        Move::WeekStart => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
        Move::WeekEnd => day.checked_add_days(Days::new((6 - day.weekday().num_days_from_monday()).into())),
    };
    to.unwrap_or(day)
}

/// Within today and the last day that `dd-mm-yyyy` can write.
fn clamp(today: NaiveDate, day: NaiveDate) -> NaiveDate {
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
    day.min(last).max(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(focus: &str) -> Calendar {
        Calendar::new(day("2026-11-24"), Some(day(focus)))
    }

    fn after(focus: &str, key: &str, shift: bool) -> String {
        let mut calendar = at(focus);
        calendar.go(Move::by_key(key, shift).unwrap());
        calendar.focus.to_string()
    }

    #[test]
    fn keys_move_by_day_week_month_and_year() {
        assert_eq!(after("2027-01-31", "ArrowRight", false), "2027-02-01");
        assert_eq!(after("2027-01-31", "ArrowUp", false), "2027-01-24");
        assert_eq!(after("2027-01-31", "PageDown", false), "2027-02-28");
        assert_eq!(after("2028-02-29", "PageDown", true), "2029-02-28");
        assert_eq!(after("2027-01-13", "Home", false), "2027-01-11");
        assert_eq!(after("2027-01-13", "End", false), "2027-01-17");
        assert_eq!(Move::by_key("a", false), None);
    }

    #[test]
    fn past_days_are_never_reached() {
        for (key, shift) in [("ArrowLeft", false), ("ArrowUp", false), ("PageUp", true), ("Home", false)] {
            assert_eq!(after("2026-11-25", key, shift), "2026-11-24", "{key}");
        }
        assert_eq!(at("2018-08-27").focus, day("2026-11-24"));
        assert!(!at("2026-12-24").allows(day("2026-11-23")));
        assert!(at("2026-12-24").has_earlier_month());
        assert!(!at("2026-11-30").has_earlier_month());
    }

    #[test]
    fn a_month_is_six_whole_weeks_from_monday() {
        let calendar = at("2027-02-10");
        let weeks = calendar.weeks();
        assert_eq!((weeks.len(), weeks[0][0], weeks[5][6]), (6, day("2027-02-01"), day("2027-03-14")));
        assert_eq!(at("2027-08-10").weeks()[0][0], day("2027-07-26"));
        assert!(calendar.in_month(day("2027-02-28")) && !calendar.in_month(day("2027-03-01")));
        assert_eq!(calendar.title(), "February 2027");
        assert_eq!(spoken(day("2027-08-09")), "Monday, 9 August 2027");
    }

    #[test]
    fn the_last_day_that_can_be_written_is_the_last_one() {
        assert_eq!(after("9999-12-31", "ArrowRight", false), "9999-12-31");
        assert_eq!(at("9999-12-31").weeks().len(), 6);
    }
}
