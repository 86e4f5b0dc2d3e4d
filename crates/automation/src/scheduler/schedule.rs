//! When a task runs. All times are UTC.

use chrono::{DateTime, TimeDelta, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use serde_json::Value;

/// A task does not run more often.
const LEAST_PAUSE: TimeDelta = TimeDelta::minutes(1);
/// Number of runs from which the interval is computed.
const LOOKED_AT: usize = 20;
const LONGEST: usize = 200;
/// The longest delay of a task that runs once.
const LONGEST_DELAY: TimeDelta = TimeDelta::days(366);

/// When a task runs.
#[derive(Clone, Debug)]
pub enum Schedule {
    Cron(Box<Cron>),
    /// Once, so long after it was set.
    Once(TimeDelta),
}

impl Schedule {
    /// Reads a schedule in any form that clients write: a cron expression, `cron:` before one, `once_delay:` before
    /// milliseconds, or JSON with one of the two.
    ///
    /// Five fields are those of cron, and 1 is Monday; six or seven are Quartz's (seconds first, year last), and 1 is
    /// Sunday.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Schedule, String> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(format!("it has to be at most {LONGEST} bytes"));
        }
        if let Ok(Value::Object(map)) = serde_json::from_str(text) {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            return match (map.get("cron"), map.get("once_delay")) {
                (Some(cron), None) => Self::cron(&text(cron)),
                (None, Some(delay)) => Self::once(&text(delay)),
                _ => Err(r#"as JSON it has to be {"cron":"0 3 * * *"} or {"once_delay":60000}"#.to_owned()),
            };
        }
        match text.split_once(':') {
            Some(("cron", expression)) => Self::cron(expression),
            Some(("once_delay", delay)) => Self::once(delay),
            _ => Self::cron(text),
        }
    }

    fn cron(text: &str) -> Result<Schedule, String> {
        let quartz = text.split_whitespace().count() > 5;
        let parser = CronParser::builder()
            .seconds(if quartz { Seconds::Required } else { Seconds::Disallowed })
            .year(if quartz { Year::Optional } else { Year::Disallowed })
            .alternative_weekdays(quartz)
            .sloppy_ranges(true)
            .build();
        let cron = parser.parse(text).map_err(|error| {
            format!("it has to be a cron expression in UTC, minute hour day month weekday, “0 3 * * *” for example ({error})")
        })?;
        Ok(Schedule::Cron(Box::new(cron)))
    }

    fn once(text: &str) -> Result<Schedule, String> {
        let wrong = || format!("once_delay has to be milliseconds, {} at most", LONGEST_DELAY.num_milliseconds());
        let millis: i64 = text.trim().parse().map_err(|_| wrong())?;
        let delay =
            TimeDelta::try_milliseconds(millis).filter(|delay| (TimeDelta::zero()..=LONGEST_DELAY).contains(delay));
        delay.map(Schedule::Once).ok_or_else(wrong)
    }

    /// The first run of a task that is set now.
    ///
    /// # Errors
    /// When there is none, or when they come too often.
    pub fn first(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
        let cron = match self {
            Schedule::Once(delay) => return Ok(now + *delay),
            Schedule::Cron(cron) => cron,
        };
        let first = cron.find_next_occurrence(&now, false).map_err(|_| "there is no such moment".to_owned())?;
        let mut last = first;
        for _ in 0..LOOKED_AT {
            let Ok(next) = cron.find_next_occurrence(&last, false) else { break };
            if next - last < LEAST_PAUSE {
                return Err("a task can run once in a minute at most".to_owned());
            }
            last = next;
        }
        Ok(first)
    }

    /// The next run after one that begins now.
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Schedule::Once(_) => None,
            Schedule::Cron(cron) => cron.find_next_occurrence(&now, false).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Friday.
    fn now() -> DateTime<Utc> {
        "2027-01-15T12:00:30Z".parse().unwrap()
    }

    #[test]
    fn all_forms_of_clients_are_read() {
        for (text, first) in [
            ("*/5 * * * *", "2027-01-15T12:05:00Z"),
            ("cron:0 3 * * *", "2027-01-16T03:00:00Z"),
            (r#"{"cron": "* * * * *"}"#, "2027-01-15T12:01:00Z"),
            ("0 0 * * 1", "2027-01-18T00:00:00Z"),
            ("0 0 * * MON", "2027-01-18T00:00:00Z"),
            ("@daily", "2027-01-16T00:00:00Z"),
            // Quartz: seconds first, 1 is Sunday, and a question mark where nothing is said.
            ("cron:0 30 4 ? * 1", "2027-01-17T04:30:00Z"),
            ("0 0 12 1 * ? 2028", "2028-01-01T12:00:00Z"),
            ("cron:0 0/10 * * * ?", "2027-01-15T12:10:00Z"),
            ("once_delay:1000", "2027-01-15T12:00:31Z"),
            (r#"{"once_delay": 60000}"#, "2027-01-15T12:01:30Z"),
            ("0 0 29 2 *", "2028-02-29T00:00:00Z"),
        ] {
            let schedule = Schedule::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(schedule.first(now()).unwrap(), first.parse::<DateTime<Utc>>().unwrap(), "{text}");
        }
        assert_eq!(Schedule::parse("once_delay:0").unwrap().next(now()), None);
    }

    #[test]
    fn what_is_no_schedule_or_comes_too_often_is_refused() {
        for text in [
            "",
            "hello",
            "* * * *",
            "60 * * * *",
            "cron:",
            "once_delay:",
            "once_delay:-1",
            "once_delay:99999999999999",
            "{}",
            r#"{"cron":"* * * * *","once_delay":1}"#,
            "0 0 30 2 *",
            "* * * * * *",
            "*/30 * * * * ?",
            &"* ".repeat(200),
        ] {
            let read = Schedule::parse(text).and_then(|schedule| schedule.first(now()));
            assert!(read.is_err(), "{text}: {read:?}");
        }
    }
}
