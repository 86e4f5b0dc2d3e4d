//! The date forms of the product: `dd-mm-yyyy` where a person types (`yyyy-mm-dd` and `d.m.yyyy` are read too),
//! `27 Aug 2018` where a person reads, `yyyy-MM-dd HH:mm:ss` (UTC) on the wire, where ISO 8601 is read too.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// Why a typed day was not taken. `Display` tells the person what would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Of none of the forms that are read.
    #[error("Write the date as dd-mm-yyyy, for example 31-12-2027, or leave it empty for a token that never expires.")]
    Form,
    /// Written with slashes, which put the month first for some people and the day for others.
    #[error(
        "With slashes, 03/04/2027 is a day in March to some and in April to others. Write the date as dd-mm-yyyy, for example 31-12-2027."
    )]
    Slashes,
    /// The form is right, but the calendar has no such day.
    #[error("There is no such day in the calendar. Write the date as dd-mm-yyyy, for example 28-02-2027.")]
    NoSuchDay,
    /// The day is over.
    #[error("This day is past. Choose today or a later day, or leave the field empty.")]
    Past,
}

/// Reads a day typed as `dd-mm-yyyy`, `yyyy-mm-dd` or `d.m.yyyy`; surrounding blanks are ignored and an empty text means
/// "never".
///
/// # Errors
/// [`DateError::Form`], [`DateError::Slashes`] or [`DateError::NoSuchDay`]; being past is for the caller to judge, who
/// knows today.
pub fn parse_typed_day(text: &str) -> Result<Option<NaiveDate>, DateError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (day, month, year) =
        typed_parts(text).ok_or(if is_slashed(text) { DateError::Slashes } else { DateError::Form })?;
    // A year before 1000 is a typing slip (0027 for 2027), never a date somebody means.
    if year < 1000 {
        return Err(DateError::NoSuchDay);
    }
    NaiveDate::from_ymd_opt(year as i32, month, day).map(Some).ok_or(DateError::NoSuchDay)
}

/// Day, month and year of a text in one of the forms that can be read in one way only.
fn typed_parts(text: &str) -> Option<(u32, u32, u32)> {
    let one_or_two = |text: &str| parse_exact(text, text.len().clamp(1, 2));
    let parts: Vec<&str> = text.split(['-', '.']).collect();
    let [first, second, third] = parts[..] else { return None };
    match (text.contains('.'), text.contains('-')) {
        (true, false) => Some((one_or_two(first)?, one_or_two(second)?, parse_exact(third, 4)?)),
        (false, true) if first.len() == 4 => {
            Some((parse_exact(third, 2)?, parse_exact(second, 2)?, parse_exact(first, 4)?))
        }
        (false, true) => Some((parse_exact(first, 2)?, parse_exact(second, 2)?, parse_exact(third, 4)?)),
        _ => None,
    }
}

/// Whether a text is made of numbers between slashes.
fn is_slashed(text: &str) -> bool {
    text.contains('/') && text.bytes().all(|byte| byte == b'/' || byte.is_ascii_digit())
}

/// A day as it is typed: `dd-mm-yyyy`.
pub fn typed_day(day: NaiveDate) -> String {
    format!("{:02}-{:02}-{:04}", day.day(), day.month(), day.year())
}

/// A day as it is read: `27 Aug 2018`.
pub fn readable_day(day: NaiveDate) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!("{} {} {}", day.day(), MONTHS[day.month0() as usize], day.year())
}

/// How far a day is ahead of today: `today`, `tomorrow`, `in 3 days`, `in 5 months`, `in 2 years`. Empty for a past day.
pub fn days_ahead(day: NaiveDate, today: NaiveDate) -> String {
    /// From here on a number of days says less than months do.
    const DAYS: i64 = 60;
    /// From here on a number of months says less than years do.
    const MONTHS: i64 = 24;
    let days = (day - today).num_days();
    let months = i64::from(day.year() - today.year()) * 12 + i64::from(day.month())
        - i64::from(today.month())
        - i64::from(day.day() < today.day());
    match days {
        ..0 => String::new(),
        0 => "today".into(),
        1 => "tomorrow".into(),
        2..=DAYS => format!("in {days} days"),
        _ if months < MONTHS => format!("in {months} months"),
        _ => format!("in {} years", months / 12),
    }
}

/// A moment as it is read, in UTC: `27 Aug 2018, 14:05`.
pub fn readable_moment(moment: DateTime<Utc>) -> String {
    let time = moment.time();
    use chrono::Timelike;
    format!("{}, {:02}:{:02}", readable_day(moment.date_naive()), time.hour(), time.minute())
}

/// When something ends, as it is read, in UTC: only the day when it lasts to the end of it, else with the time.
pub fn readable_end(moment: DateTime<Utc>) -> String {
    use chrono::Timelike;
    if is_end_of_day(moment) {
        return readable_day(moment.date_naive());
    }
    match moment.second() {
        0 => readable_moment(moment),
        second => format!("{}:{second:02}", readable_moment(moment)),
    }
}

/// Whether it is the last second of its day.
pub fn is_end_of_day(moment: DateTime<Utc>) -> bool {
    moment.timestamp() == end_of_day(moment.date_naive()).timestamp()
}

/// A moment on the wire: `yyyy-MM-dd HH:mm:ss`, UTC.
pub fn wire_moment(moment: DateTime<Utc>) -> String {
    use chrono::Timelike;
    let (day, time) = (moment.date_naive(), moment.time());
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        day.year(),
        day.month(),
        day.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Reads a moment of the wire: `yyyy-MM-dd HH:mm:ss` in UTC, a bare `yyyy-MM-dd`, which means the end of that day, or
/// ISO 8601 with `T`, a fraction of a second (which is dropped), `Z` or an offset from UTC.
pub fn parse_wire_moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.split('-');
    let day = parse_exact(parts.next()?, 4)
        .zip(parse_exact(parts.next()?, 2))
        .zip(parse_exact(parts.next()?, 2))
        .and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year as i32, month, day))?;
    if rest.is_empty() {
        return Some(end_of_day(day));
    }
    let rest = rest.strip_prefix([' ', 'T', 't'])?;
    let (clock, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-', ' ']).unwrap_or(rest.len()));
    let local = NaiveDateTime::new(day, parse_clock(clock)?);
    let moment = local.checked_sub_signed(parse_offset(zone)?)?.and_utc();
    // Written again it has to have a year of four digits.
    (0..=9999).contains(&moment.year()).then_some(moment)
}

/// `HH:mm`, `HH:mm:ss` or `HH:mm:ss.fff…`; deadlines are whole seconds.
fn parse_clock(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':');
    let (hour, minute) = (parse_exact(parts.next()?, 2)?, parse_exact(parts.next()?, 2)?);
    let second = match parts.next() {
        None => 0,
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
            if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            parse_exact(whole, 2)?
        }
    };
    if parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// Nothing or `Z` for UTC; else `+hh:mm`, `+hhmm` or `+hh`, what is local minus what is UTC.
fn parse_offset(text: &str) -> Option<TimeDelta> {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return Some(TimeDelta::zero());
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        // In a form that was not encoded, the plus sign has become a blank.
        (" ", digits) if digits.len() == 5 => (1, digits),
        (" ", signed) if signed.starts_with(['+', '-', 'Z', 'z']) => return parse_offset(signed),
        _ => return None,
    };
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let (hours, minutes) = (parse_exact(hours, 2)?, parse_exact(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some(TimeDelta::minutes(sign * i64::from(hours * 60 + minutes)))
}

/// The last second of a day, 23:59:59 UTC: a token lives to the end of its day.
pub fn end_of_day(day: NaiveDate) -> DateTime<Utc> {
    let last = NaiveTime::from_hms_opt(23, 59, 59).expect("23:59:59 is a time of day");
    NaiveDateTime::new(day, last).and_utc()
}

/// Serializes a day as its number in the common era.
pub mod day_number {
    use chrono::{Datelike, NaiveDate};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    /// Writes the number.
    ///
    /// # Errors
    /// From the serializer.
    pub fn serialize<S: Serializer>(day: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        day.num_days_from_ce().serialize(serializer)
    }

    /// Reads the number.
    ///
    /// # Errors
    /// When it is none, or no day of the calendar.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        let number = i32::deserialize(deserializer)?;
        NaiveDate::from_num_days_from_ce_opt(number).ok_or_else(|| D::Error::custom("no such day"))
    }
}

fn parse_exact(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_day_is_read_back_as_it_was_written() {
        let day = parse_typed_day(" 09-03-2027 ").unwrap().unwrap();
        assert_eq!(typed_day(day), "09-03-2027");
        assert_eq!(readable_day(day), "9 Mar 2027");
        assert_eq!(parse_typed_day("  "), Ok(None));
    }

    #[test]
    fn forms_that_can_be_read_in_one_way_only_are_read() {
        for text in ["09-03-2027", "2027-03-09", "9.3.2027", "09.03.2027"] {
            assert_eq!(parse_typed_day(text).map(|day| day.map(readable_day)), Ok(Some("9 Mar 2027".into())), "{text}");
        }
        for text in ["9/3/2027", "03/09/2027", "2027/03/09"] {
            assert_eq!(parse_typed_day(text), Err(DateError::Slashes), "{text}");
        }
    }

    #[test]
    fn how_far_a_day_is_ahead_is_rounded_down() {
        let day = |text: &str| parse_typed_day(text).unwrap().unwrap();
        let today = day("2026-12-01");
        for (text, ahead) in [
            ("2026-11-30", ""),
            ("2026-12-01", "today"),
            ("2026-12-02", "tomorrow"),
            ("2026-12-04", "in 3 days"),
            ("2027-01-30", "in 60 days"),
            ("2027-02-28", "in 2 months"),
            ("2027-12-01", "in 12 months"),
            ("2028-11-30", "in 23 months"),
            ("2028-12-01", "in 2 years"),
            ("9999-12-31", "in 7973 years"),
        ] {
            assert_eq!(days_ahead(day(text), today), ahead, "{text}");
        }
    }

    #[test]
    fn the_time_of_an_end_is_told_unless_it_is_the_end_of_the_day() {
        let read = |text| readable_end(parse_wire_moment(text).unwrap());
        assert_eq!(read("2026-12-02"), "2 Dec 2026");
        assert_eq!(read("2026-12-02 23:59:59"), "2 Dec 2026");
        assert_eq!(read("2026-12-02 00:30:00"), "2 Dec 2026, 00:30");
        assert_eq!(read("2026-12-02 23:59:58"), "2 Dec 2026, 23:59:58");
    }

    #[test]
    fn other_forms_and_impossible_days_are_told_apart() {
        for text in
            ["9-3-2027", "09-03-27", "9.3.27", "09-03.2027", "2027-3-9", "..", "1/2/soon", "tomorrow", "０９-03-2027"]
        {
            assert_eq!(parse_typed_day(text), Err(DateError::Form), "{text}");
        }
        for text in ["31-02-2027", "00-01-2027", "01-13-2027", "01-01-0027"] {
            assert_eq!(parse_typed_day(text), Err(DateError::NoSuchDay), "{text}");
        }
    }

    #[test]
    fn wire_moments_round_trip_and_a_bare_day_ends_at_its_last_second() {
        let moment = parse_wire_moment("2027-03-09 10:11:12").unwrap();
        assert_eq!(wire_moment(moment), "2027-03-09 10:11:12");
        assert_eq!(wire_moment(parse_wire_moment("2027-03-09").unwrap()), "2027-03-09 23:59:59");
        for text in ["", "09-03-2027", "2027-3-9", "2027-02-30", "2027-03-09 25:00:00", "2027-03-09 1:2:3"] {
            assert_eq!(parse_wire_moment(text), None, "{text}");
        }
    }

    #[test]
    fn iso_8601_is_read_with_fractions_and_offsets() {
        for (text, moment) in [
            ("2027-01-02T10:00:00Z", "2027-01-02 10:00:00"),
            ("2027-01-02t10:00:00z", "2027-01-02 10:00:00"),
            ("2027-01-02T10:00:00.000Z", "2027-01-02 10:00:00"),
            ("2027-01-02T10:00:00.999999999Z", "2027-01-02 10:00:00"),
            ("2027-01-02T10:00:00,5", "2027-01-02 10:00:00"),
            ("2027-01-02T10:00Z", "2027-01-02 10:00:00"),
            ("2027-01-02T10:00:00+02:00", "2027-01-02 08:00:00"),
            ("2027-01-02T10:00:00 02:00", "2027-01-02 08:00:00"),
            ("2027-01-02T10:00:00.123456-0530", "2027-01-02 15:30:00"),
            ("2027-01-02 10:00:00+02", "2027-01-02 08:00:00"),
            ("2027-01-02 10:00:00 -02:00", "2027-01-02 12:00:00"),
            ("2027-01-02 10:00:00 Z", "2027-01-02 10:00:00"),
            ("2027-01-01T00:30:00+01:00", "2026-12-31 23:30:00"),
            ("2027-01-01T00:00:00-00:00", "2027-01-01 00:00:00"),
        ] {
            assert_eq!(parse_wire_moment(text).map(wire_moment).as_deref(), Some(moment), "{text}");
        }
        for text in [
            "2027-01-02T10:00:00ZZZ",
            "2027-01-02T10:00:00Z+02:00",
            "2027-01-02T10:00:00+02:00Z",
            "2027-01-02T10:00:00.Z",
            "2027-01-02T10:00:00.1.2",
            "2027-01-02T10:00:00+24:00",
            "2027-01-02T10:00:00+02:60",
            "2027-01-02T10:00:00+2",
            "2027-01-02T10:00:00+",
            "2027-01-02T10:00:00 +",
            "2027-01-02T10:00:00  02:00",
            "2027-01-02T10:00:00 ZZ",
            "2027-01-02T10:00:00+02:00[Europe/Berlin]",
            "2027-01-02T",
            "2027-01-02Z",
            "2027-01-02ZZZ",
            "2027-01-02T10Z",
            "2027-01-02T10:00:60Z",
            "2027-01-02T24:00:00Z",
            "2027-01-02TT10:00:00",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:30:00-01:00",
            "+027-01-02T10:00:00Z",
            "2027-01-0é",
            "20270102T100000Z",
        ] {
            assert_eq!(parse_wire_moment(text), None, "{text}");
        }
    }
}
